import { type CaseOutcome, testPolicy } from "@car/policy/check";
import { loadPolicyCases, loadPolicyFile } from "@car/policy/node";
import { paint } from "../show/paint.js";
import { EXIT } from "../exit-code.js";
import type { Output } from "../io/output.js";
import { plural } from "../show/marks.js";

/** Asks a policy about the cases of a file and says which came out otherwise than expected. */
export async function policyTestCommand(
  path: string,
  { cases }: { readonly cases: string },
  output: Output,
): Promise<number> {
  const outcomes = await testPolicy(await loadPolicyFile(path), await loadPolicyCases(cases));
  const failed = outcomes.filter(({ passed }) => !passed);
  if (output.json) output.value({ passed: outcomes.length - failed.length, failed: failed.length, cases: outcomes });
  else show(outcomes, output);
  return failed.length === 0 ? EXIT.ok : EXIT.failed;
}

function show(outcomes: readonly CaseOutcome[], output: Output): void {
  for (const { name, passed, failures, decision } of outcomes) {
    output.line(`${passed ? paint.green("✓") : paint.red("✗")} ${name}`);
    if (passed) continue;
    for (const failure of failures) output.line(`    ${paint.red(failure)}`);
    for (const { policy_id, message } of decision.reasons) output.line(paint.dim(`    ${policy_id}: ${message}`));
  }
  const failed = outcomes.filter(({ passed }) => !passed).length;
  output.line(`${plural(outcomes.length - failed, "case")} passed, ${failed} failed`);
}
