import { type DecisionsReport, replayDecisions } from "@car/engine/replay";
import { readLog } from "@car/eventlog/node";
import { CarError } from "@car/ir";
import { rulePolicy } from "@car/policy";
import { loadPolicyFile } from "@car/policy/node";
import { paint } from "../show/paint.js";
import { EXIT } from "../exit-code.js";
import { loadTools } from "../io/load-tools.js";
import { logPath } from "../io/log-path.js";
import type { Output } from "../io/output.js";
import { plural } from "../show/marks.js";
import { WHY_NOT } from "../show/why-not.js";
import { UsageError } from "../usage-error.js";

/** How a log is asked again. */
export interface PolicyReplayOptions {
  readonly policy: string;
  /** A module with the tools' schemas, for a log that does not have them. */
  readonly tools?: string;
}

/** Asks a policy about every decision of a log and lists those that it would make otherwise, or that cannot be asked for. */
export async function policyReplayCommand(
  path: string,
  { policy, tools }: PolicyReplayOptions,
  output: Output,
): Promise<number> {
  const engine = rulePolicy(await loadPolicyFile(policy));
  const given = tools === undefined ? {} : { tools: await loadTools(tools) };
  const asked = replayDecisions(readLog(logPath(path)), { policy: engine, ...given });
  const report = await asked.catch((error: unknown) => {
    if (CarError.isInstance(error)) throw new UsageError(`${path}: ${error.message}`, { cause: error });
    throw error;
  });
  if (output.json) output.value(report);
  else show(report, output);
  return report.changed.length + report.undecided.length === 0 ? EXIT.ok : EXIT.failed;
}

function show(report: DecisionsReport, output: Output): void {
  const { decisions, changed, undecided } = report;
  const left = undecided.length === 0 ? "" : `, ${undecided.length} undecided`;
  output.line(
    `${verdictOf(report)}  ${plural(decisions, "decision")} asked for again, ${changed.length} changed${left}`,
  );
  for (const { seq, run_id, action_id, recorded, now, follows_change } of changed) {
    const place = paint.dim(`event ${seq}, run ${run_id}`);
    output.line(`  ${paint.bold(action_id || "the proposal")}: ${recorded.effect} → ${now.effect} ${place}`);
    for (const { policy_id, message } of now.reasons) output.line(paint.dim(`      ${policy_id}: ${message}`));
    if (follows_change) output.line(paint.dim("      an earlier decision of this run changed: it might not come here"));
  }
  for (const { seq, run_id, action_id, why } of undecided) {
    const what = action_id === "" ? "" : `${action_id}, `;
    output.line(paint.dim(`  – ${what}event ${seq}, run ${run_id} was not decided: ${WHY_NOT[why]}`));
  }
}

function verdictOf({ changed, undecided }: DecisionsReport): string {
  if (changed.length > 0) return paint.red(paint.bold("DIFFERENT"));
  return undecided.length > 0 ? paint.red(paint.bold("UNDECIDED")) : paint.green(paint.bold("same"));
}
