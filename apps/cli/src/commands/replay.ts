import { replayRuns, type ReplayReport } from "@car/engine";
import { readLog } from "@car/eventlog/node";
import pc from "picocolors";
import { EXIT } from "../exit-code.js";
import { loadTools } from "../io/load-tools.js";
import { logPath } from "../io/log-path.js";
import type { Output } from "../io/output.js";
import { plural } from "../show/marks.js";

/** How a log is replayed. */
export interface ReplayCommandOptions {
  /** A module with the tools' schemas, for a log that does not have them. */
  readonly tools?: string;
  /** This run only. */
  readonly run?: string;
}

/** Executes the runs of a log again, without calling a tool, and says where anything comes out differently. */
export async function replayCommand(
  path: string,
  { tools, run }: ReplayCommandOptions,
  output: Output,
): Promise<number> {
  const report = await replayRuns(readLog(logPath(path)), {
    ...(tools !== undefined && { tools: await loadTools(tools) }),
    ...(run !== undefined && { runIds: [run] }),
  });
  if (output.json) output.value(report);
  else show(report, output);
  return report.equal ? EXIT.ok : EXIT.failed;
}

const REASONS: Readonly<Record<ReplayReport["skipped"][number]["reason"], string>> = {
  unparsed: "its input was no proposal",
  no_config: "the log does not say which tools there were; name them with --tools",
  interrupted: "a process ended during it",
  broken: "the log or the store failed",
  open: "it has no end in this log",
  too_long: "too much came before its end to be held until then",
  beginning_missing: "its beginning was dropped from the log",
  past_unknown: "what came before it in its session, or the call that began it, is not known",
  labels_unknown: "the log does not have the labels of its data",
  not_found: "the log does not have it",
};

function show({ equal, runs, events, divergences, skipped }: ReplayReport, output: Output): void {
  const verdict = equal ? pc.green(pc.bold("same")) : pc.red(pc.bold("DIFFERENT"));
  output.line(`${verdict}  ${plural(runs, "run")} and ${plural(events, "event")} came out as recorded`);
  for (const { message, run_id } of divergences) output.line(`  ${pc.red("✗")} ${message} ${pc.dim(`run ${run_id}`)}`);
  for (const { run_id, reason } of skipped)
    output.line(pc.dim(`  – run ${run_id} was not replayed: ${REASONS[reason]}`));
}
