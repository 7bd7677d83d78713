import type { JsonValue } from "@car/ir";
import { checkShape, pathText } from "@car/ir/internal";
import { type DecisionExplanation, explainDecision, PolicySituation } from "@car/policy/check";
import { loadPolicyFile } from "@car/policy/node";
import { paint } from "../show/paint.js";
import { EXIT } from "../exit-code.js";
import type { Output } from "../io/output.js";
import { readJson, readJsonObject } from "../io/read-input.js";
import { UsageError } from "../usage-error.js";

/** What is asked about. */
export interface PolicyExplainOptions {
  /** An action as JSON, or a file with one: `{"tool": "pay", "parameters": {}}`. */
  readonly action: string;
  readonly state?: string;
  /** A file with the rest of the situation: history, labels, sources, principal. */
  readonly situation?: string;
}

/** Says what every rule that sees an action says of it, and what would have to change. Exits with 0 whatever that is. */
export async function policyExplainCommand(
  path: string,
  { action, state, situation }: PolicyExplainOptions,
  output: Output,
): Promise<number> {
  const document = await loadPolicyFile(path);
  const input: Readonly<Record<string, JsonValue>> = {
    ...(situation !== undefined && (await readJsonObject(situation))),
    ...(state !== undefined && { state: await readJsonObject(state) }),
    action: await actionOf(action),
  };
  const checked = checkShape(PolicySituation, input, "error");
  if ("findings" in checked) {
    throw new UsageError(checked.findings.map((found) => `${pathText(found.path)}: ${found.message}`).join("; "));
  }
  const explanation = await explainDecision(document, checked.value);
  if (output.json) output.value(explanation);
  else show(explanation, output);
  return EXIT.ok;
}

async function actionOf(text: string): Promise<JsonValue> {
  return text.trimStart().startsWith("{") ? readJson("--action", text) : readJsonObject(text);
}

const MARKS = {
  allow: paint.green("✓"),
  deny: paint.red("✗"),
  require_approval: paint.yellow("?"),
  none: paint.dim("–"),
} as const;

function show({ decision, rules, remedies }: DecisionExplanation, output: Output): void {
  output.line(`${MARKS[decision.effect]} ${paint.bold(decision.effect)}`);
  for (const { rule, effect, messages } of rules) {
    const said = effect === "none" ? "nothing to say" : [effect, ...messages].join(": ");
    output.line(`  ${MARKS[effect]} ${rule}  ${paint.dim(said)}`);
  }
  if (rules.length === 0) output.line(paint.dim("  no rule sees this action"));
  if (remedies.length > 0) output.line("it would be allowed if:");
  for (const remedy of remedies) output.line(`  • ${remedy}`);
}
