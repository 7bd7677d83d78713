import { type DecisionsReport, replayDecisions } from "@car/engine";
import { readLog } from "@car/eventlog/node";
import { CarError } from "@car/ir";
import { rulePolicy } from "@car/policy";
import { loadPolicyFile } from "@car/policy/node";
import pc from "picocolors";
import { EXIT } from "../exit-code.js";
import { logPath } from "../io/log-path.js";
import type { Output } from "../io/output.js";
import { plural } from "../show/marks.js";
import { UsageError } from "../usage-error.js";

/** Asks a policy about every decision of a log and lists those that it would make otherwise. */
export async function policyReplayCommand(
  path: string,
  { policy }: { readonly policy: string },
  output: Output,
): Promise<number> {
  const engine = rulePolicy(await loadPolicyFile(policy));
  const report = await replayDecisions(readLog(logPath(path)), { policy: engine }).catch((error: unknown) => {
    if (CarError.isInstance(error)) throw new UsageError(`${path}: ${error.message}`, { cause: error });
    throw error;
  });
  if (output.json) output.value(report);
  else show(report, output);
  return report.changed.length === 0 ? EXIT.ok : EXIT.failed;
}

function show({ decisions, changed }: DecisionsReport, output: Output): void {
  const verdict = changed.length === 0 ? pc.green(pc.bold("same")) : pc.red(pc.bold("DIFFERENT"));
  output.line(`${verdict}  ${plural(decisions, "decision")} asked for again, ${changed.length} changed`);
  for (const { seq, run_id, action_id, recorded, now, follows_change } of changed) {
    output.line(`  ${pc.bold(action_id)}: ${recorded.effect} → ${now.effect} ${pc.dim(`event ${seq}, run ${run_id}`)}`);
    for (const { policy_id, message } of now.reasons) output.line(pc.dim(`      ${policy_id}: ${message}`));
    if (follows_change) output.line(pc.dim("      an earlier decision of this run changed: it might not come here"));
  }
}
