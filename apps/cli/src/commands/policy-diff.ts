import { diffPolicies, type PolicyDiff, type PolicyDifference } from "@car/policy/check";
import { loadPolicyFile } from "@car/policy/node";
import { paint } from "../show/paint.js";
import { EXIT } from "../exit-code.js";
import type { Output } from "../io/output.js";

/** Says whether a change of a policy lets more through, less, or both, with an example for each. */
export async function policyDiffCommand(
  old: string,
  { changed }: { readonly changed: string },
  output: Output,
): Promise<number> {
  const diff = await diffPolicies(await loadPolicyFile(old), await loadPolicyFile(changed));
  if (output.json) output.value(diff);
  else show(diff, output);
  return diff.verdict === "equal" || diff.verdict === "narrowing" ? EXIT.ok : EXIT.failed;
}

function show({ verdict, expansions, narrowings, undecided }: PolicyDiff, output: Output): void {
  const isSafe = verdict === "equal" || verdict === "narrowing";
  output.line((isSafe ? paint.green : paint.red)(paint.bold(verdict)));
  for (const each of expansions) output.line(`  ${paint.red("+")} ${exampleText(each)}`);
  for (const each of narrowings) output.line(`  ${paint.green("-")} ${exampleText(each)}`);
  for (const reason of undecided) output.line(`  ${paint.yellow("?")} undecided because of ${reason}`);
}

function exampleText({ situation, old, new: now }: PolicyDifference): string {
  const { action, ...rest } = situation;
  const what = action.type === "tool_call" ? action.tool : action.type;
  const around = Object.keys(rest).length === 0 ? "" : ` with ${JSON.stringify(rest)}`;
  return `${old.effect} → ${now.effect}: ${paint.bold(what)} ${JSON.stringify(action.parameters)}${around}`;
}
