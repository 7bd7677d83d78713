import { describeEvent } from "@car/eventlog";
import { CallBook } from "@car/eventlog/explain";
import { paint } from "../show/paint.js";
import { EXIT } from "../exit-code.js";
import { logEvents } from "../io/log-path.js";
import type { Output } from "../io/output.js";

/** Which events are shown. */
export interface LogShowOptions {
  readonly run?: string;
  readonly action?: string;
}

/** Columns before an event's text: its sequence and its time. */
const HANG = 20;

/**
 * Shows the events of a log, a line each; with `--json` the events themselves, a line each; of
 * one action, with what it calls.
 */
export async function logShowCommand(path: string, { run, action }: LogShowOptions, output: Output): Promise<number> {
  const book = new CallBook();
  let lastRun: string | undefined;
  for await (const event of logEvents(path)) {
    if (output.isGone) break;
    const call = book.see(event);
    if (run !== undefined && event.run_id !== run) continue;
    if (action !== undefined && event.action_id !== action) continue;
    if (output.json) {
      output.item(action === undefined || call === undefined ? event : { ...event, call });
      continue;
    }
    if (event.run_id !== undefined && event.run_id !== lastRun) {
      output.line(paint.bold(`run ${event.run_id}`));
      lastRun = event.run_id;
    }
    const who = event.action_id === undefined ? "" : `${paint.bold(event.action_id)} `;
    output.line(
      `${paint.dim(String(event.seq).padStart(6))} ${paint.dim(event.timestamp.slice(11, 23))} ${who}${describeEvent(event, call)}`,
      HANG,
    );
  }
  return EXIT.ok;
}
