import { writeSync } from "node:fs";
import { CarError } from "@car/ir";
import { segmentEventLog } from "../node/segments/segment-event-log.js";

/**
 * A process that writes a log, is stopped by its parent, and goes on as if nothing had happened when it is told to on
 * standard input; run by the fencing test. Argument: the folder.
 */
const log = segmentEventLog({ dir: process.argv[2] ?? "", leaseMs: 1_000, segmentBytes: 1_500 });
const say = (text: string): void => void writeSync(1, `${text}\n`);
const append = (text: string): number =>
  log.append({ kind: "action_executing", time: 0, action: -1, attempt: 0, data: { parameters: { text } } });

for (const text of ["a", "b", "c"]) append(text);
await log.flush();
say("ready");

process.stdin.once("data", () => void goOn());

async function goOn(): Promise<void> {
  // Enough for its segment to be full, so that it also begins another one.
  for (let count = 0; count < 5; count++) append("written after the takeover");
  try {
    await log.flush();
    say("confirmed");
  } catch (error) {
    say(CarError.isInstance(error) ? error.code : String(error));
  }
  try {
    append("more");
    say("appended");
  } catch (error) {
    say(`then ${CarError.isInstance(error) ? error.code : String(error)}`);
  }
  process.exit();
}
