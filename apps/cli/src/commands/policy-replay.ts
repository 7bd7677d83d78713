import { type DecisionsReport, replayDecisions } from "@car/engine/replay";
import { rulePolicy } from "@car/policy";
import { loadPolicyFile } from "@car/policy/node";
import { paint } from "../show/paint.js";
import { EXIT } from "../exit-code.js";
import { logEvents } from "../io/log-path.js";
import type { Output } from "../io/output.js";
import { loadSettings, type NamedFiles } from "../setup/settings.js";
import { withTools } from "../setup/with-tools.js";
import { plural } from "../show/marks.js";
import { WHY_NOT } from "../show/why-not.js";
import { UsageError } from "../usage-error.js";

/** How a log is asked again: by which policy, and by which tools' schemas where the log does not have them. */
export type PolicyReplayOptions = Pick<NamedFiles, "config" | "tools" | "policy">;

/** Asks a policy about every decision of a log and lists those that it would make otherwise, or that cannot be asked for. */
export async function policyReplayCommand(path: string, named: PolicyReplayOptions, output: Output): Promise<number> {
  const settings = await loadSettings(named);
  if (settings.policy === undefined)
    throw new UsageError("name the other policy: `--policy FILE`, or in car.config.yaml");
  const policy = rulePolicy(await loadPolicyFile(settings.policy));
  const report = await withTools(settings, output, (tools) =>
    replayDecisions(logEvents(path), { policy, ...(tools.length > 0 && { tools }) }),
  );
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
