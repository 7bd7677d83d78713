import { type ActionExplanation, explainAction } from "@car/eventlog";
import { readLog } from "@car/eventlog/node";
import { paint } from "../show/paint.js";
import { logPath } from "../io/log-path.js";
import type { Output } from "../io/output.js";
import { EXIT } from "../exit-code.js";
import { statusMark } from "../show/marks.js";
import { UsageError } from "../usage-error.js";

/** Where to look. */
export interface ExplainOptions {
  readonly log: string;
  readonly run?: string;
}

/** Tells from a log why an action ended as it did. */
export async function explainCommand(actionId: string, { log, run }: ExplainOptions, output: Output): Promise<number> {
  const found = await explainAction(readLog(logPath(log)), actionId, run === undefined ? {} : { runId: run });
  if (found === undefined)
    throw new UsageError(`${log}: there is no action \`${actionId}\`${run === undefined ? "" : ` in run ${run}`}`);
  if (output.json) output.value(found);
  else show(found, output);
  return EXIT.ok;
}

function show(found: ActionExplanation, output: Output): void {
  const { outcome, rolled_back } = found;
  output.line(`${statusMark(outcome, rolled_back)} ${paint.bold(found.action_id)} ${outcome}${undoneText(found)}`);
  if (found.reason !== undefined) output.line(`  ${found.reason.code}: ${found.reason.message}`);
  for (const { action_id, outcome: ended, reason } of found.causes) {
    output.line(`  because ${paint.bold(action_id)} ${ended}${reason === undefined ? "" : `: ${reason.message}`}`);
  }
  if (found.policies.length > 0) output.line(`  rules: ${found.policies.join(", ")}`);
  output.line(paint.dim(`  run ${found.run_id} ${found.run.status ?? "has no end in this log"}`));
  for (const { seq, timestamp, text } of found.timeline) {
    output.line(`  ${paint.dim(`${String(seq).padStart(6)} ${timestamp.slice(11, 23)}`)} ${text}`);
  }
}

function undoneText({ rolled_back, compensated }: ActionExplanation): string {
  if (compensated === undefined) return rolled_back ? ", then undone" : "";
  return compensated ? ", then undone by its compensation" : ", then its compensation FAILED";
}
