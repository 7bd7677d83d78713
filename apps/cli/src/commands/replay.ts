import { replayRuns, type ReplayReport } from "@car/engine/replay";
import { paint } from "../show/paint.js";
import { EXIT } from "../exit-code.js";
import { logEvents } from "../io/log-path.js";
import type { Output } from "../io/output.js";
import { loadSettings, type NamedFiles } from "../setup/settings.js";
import { withTools } from "../setup/with-tools.js";
import { plural } from "../show/marks.js";
import { WHY_NOT } from "../show/why-not.js";

/** How a log is replayed. */
export interface ReplayCommandOptions extends Pick<NamedFiles, "config" | "tools"> {
  /** This run only. */
  readonly run?: string;
}

/** Executes the runs of a log again, without calling a tool, and says where anything comes out differently. */
export async function replayCommand(
  path: string,
  { run, ...named }: ReplayCommandOptions,
  output: Output,
): Promise<number> {
  const runs = run === undefined ? {} : { runIds: [run] };
  const report = await withTools(await loadSettings(named), output, (tools) =>
    replayRuns(logEvents(path), { ...(tools.length > 0 && { tools }), ...runs }),
  );
  if (output.json) output.value(report);
  else show(report, output);
  return report.equal ? EXIT.ok : EXIT.failed;
}

function show(report: ReplayReport, output: Output): void {
  const { runs, events, divergences, skipped } = report;
  output.line(`${verdictOf(report)}  ${plural(runs, "run")} and ${plural(events, "event")} came out as recorded`);
  for (const { message, run_id } of divergences)
    output.line(`  ${paint.red("✗")} ${message} ${paint.dim(`run ${run_id}`)}`);
  for (const { run_id, reason } of skipped) {
    output.line(paint.dim(`  – run ${run_id} was not replayed: ${WHY_NOT[reason]}`));
  }
}

function verdictOf({ equal, divergences }: ReplayReport): string {
  if (equal) return paint.green(paint.bold("same"));
  // Nothing came out differently, as nothing came out.
  return paint.red(paint.bold(divergences.length > 0 ? "DIFFERENT" : "NOT REPLAYED"));
}
