import { writeSync } from "node:fs";
import { segmentEventLog } from "../node/segments/segment-event-log.js";
import { steppedFs } from "./faulty-fs.js";

/**
 * A process that writes a log and kills itself at a step that the file system counts; run by the crash tests.
 * Arguments: folder, the step to die in. Each confirmed sequence is reported
 * on standard output, then what it did, at the end the number of steps.
 */
const [dir = "", dieAt = "0"] = process.argv.slice(2);
let steps = 0;
const fs = steppedFs(() => {
  if (++steps === Number(dieAt)) process.kill(process.pid, "SIGKILL");
});
const say = (text: string): void => void writeSync(1, `${text}\n`);

const log = segmentEventLog({ dir, fs, segmentBytes: 3_000, inlineBytes: 200, leaseMs: 100 });
for (let seq = 1; seq <= 40; seq++) {
  log.append({
    kind: "action_executing",
    time: seq,
    action: -1,
    attempt: 0,
    data: { parameters: { text: "x".repeat(seq === 13 ? 300 : 20), seq } },
  });
  if (seq % 8 !== 0) continue;
  await log.flush();
  say(`confirmed ${seq}`);
}
await log.dropBefore(18);
say("dropped");
await log.forget((event) => event.seq > 18 && event.seq < 22);
say("forgotten");
await log.close();
say(`steps ${steps}`);
