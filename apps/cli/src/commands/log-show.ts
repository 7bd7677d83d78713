import { describeEvent } from "@car/eventlog";
import { readLog } from "@car/eventlog/node";
import { paint } from "../show/paint.js";
import { EXIT } from "../exit-code.js";
import { logPath } from "../io/log-path.js";
import type { Output } from "../io/output.js";

/** Which events are shown. */
export interface LogShowOptions {
  readonly run?: string;
  readonly action?: string;
}

/** Shows the events of a log, a line each; with `--json` the events themselves, a line each. */
export async function logShowCommand(path: string, { run, action }: LogShowOptions, output: Output): Promise<number> {
  let lastRun: string | undefined;
  for await (const event of readLog(logPath(path))) {
    if (run !== undefined && event.run_id !== run) continue;
    if (action !== undefined && event.action_id !== action) continue;
    if (output.json) {
      output.item(event);
      continue;
    }
    if (event.run_id !== undefined && event.run_id !== lastRun) {
      output.line(paint.bold(`run ${event.run_id}`));
      lastRun = event.run_id;
    }
    const who = event.action_id === undefined ? "" : `${paint.bold(event.action_id)} `;
    output.line(
      `${paint.dim(String(event.seq).padStart(6))} ${paint.dim(event.timestamp.slice(11, 23))} ${who}${describeEvent(event)}`,
    );
  }
  return EXIT.ok;
}
