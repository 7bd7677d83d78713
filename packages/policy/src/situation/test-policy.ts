import type { Decision } from "@car/ir/ports";
import type { PolicyDocument } from "../document/policy-document.js";
import type { PolicyRule } from "../rules/compile-rule.js";
import { type RuleSaying, situationPolicy } from "./explain-decision.js";
import type { PolicyCase, PolicyCases } from "./policy-cases.js";

/** How one case came out. */
export interface CaseOutcome {
  readonly name: string;
  readonly passed: boolean;
  readonly expected: PolicyCase["expect"];
  readonly decision: Decision;
  /** Ids of the rules that decided. */
  readonly deciding: readonly string[];
  /** Each difference from what was expected, in words. */
  readonly failures: readonly string[];
  readonly rules: readonly RuleSaying[];
}

/**
 * Asks a policy about each case, apart from the others, in their order.
 * @throws `PolicyDocumentInvalidError` (as a rejection) for rules that are none.
 */
export async function testPolicy(
  rules: readonly PolicyRule[] | PolicyDocument,
  { cases }: PolicyCases,
): Promise<readonly CaseOutcome[]> {
  const policy = situationPolicy(rules);
  const known = new Set([...policy.policy.ids, "default"]);
  const outcomes: CaseOutcome[] = [];
  for (const each of cases) {
    const { decision, rules: sayings } = await policy.explain(each);
    const deciding = [...new Set(decidingRules(decision, sayings))];
    const failures = [
      ...(decision.effect === each.expect ? [] : [`expected ${each.expect}, got ${decision.effect}`]),
      ...ruleFailures(each.rules, deciding, known),
    ];
    outcomes.push({
      name: each.name,
      passed: failures.length === 0,
      expected: each.expect,
      decision,
      deciding,
      failures,
      rules: sayings,
    });
  }
  return outcomes;
}

/** An allowance has no reasons: the rules that allowed are those that said so. */
function decidingRules({ effect, reasons }: Decision, sayings: readonly RuleSaying[]): readonly string[] {
  if (effect !== "allow") return reasons.map(({ policy_id }) => policy_id);
  return sayings.filter((saying) => saying.effect === "allow").map(({ rule }) => rule);
}

function ruleFailures(
  expected: readonly string[] | undefined,
  deciding: readonly string[],
  known: ReadonlySet<string>,
): readonly string[] {
  if (expected === undefined) return [];
  const unknown = expected.filter((id) => !known.has(id)).map((id) => `the policy has no rule \`${id}\``);
  const missing = expected
    .filter((id) => known.has(id) && !deciding.includes(id))
    .map((id) => `rule \`${id}\` did not decide it`);
  const further = deciding.filter((id) => !expected.includes(id)).map((id) => `rule \`${id}\` decided it as well`);
  return [...unknown, ...missing, ...further];
}
