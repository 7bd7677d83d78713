import { matchesKey, type PolicyDocumentProblem } from "@car/ir";
import { assertOptionTypes } from "@car/ir/internal";
import { checkDocument } from "../document/check-document.js";
import { documentProblems } from "../document/document-problems.js";
import { assertParseOptions, type ParsePolicyOptions, readDocument } from "../document/parse-policy-document.js";
import type { PolicyDocument } from "../document/policy-document.js";
import { type CompiledRule } from "../rules/compiled-rule.js";
import { compileRule } from "../rules/compile-rule.js";
import { ruleIds } from "../rules/rule-ids.js";
import { type RulePair, conflictOf } from "./rule-conflicts.js";

/** A policy that is valid, and what is odd about it. */
export interface CheckedPolicy {
  readonly document: PolicyDocument;
  /** Rules without effect, rules that leave no way to satisfy both, names of tools that do not exist; in document order. */
  readonly warnings: readonly PolicyDocumentProblem[];
}

/** What `checkPolicy` takes besides the text. */
export interface CheckPolicyOptions extends ParsePolicyOptions {
  /** Names of all tools there are. Absent: names are not looked at. */
  readonly tools?: readonly string[];
}

/** Rules beyond which pairs are not compared any more: the time grows with the square. */
const MAX_COMPARED = 2_000;

/**
 * Checks the text of a policy and warns of what is certainly not meant.
 * @throws `PolicyDocumentInvalidError` with every problem of a document that is not valid.
 */
export function checkPolicy(text: string, options: CheckPolicyOptions): CheckedPolicy {
  assertParseOptions(options, "checkPolicy", ["tools"]);
  assertOptionTypes(options, { tools: "list" });
  const { value: document, places } = readDocument(text, options, checkDocument);
  const ids = ruleIds(document.rules);
  const compiled = document.rules.map((rule, at) => compileRule(rule, ids[at] ?? ""));
  const found = [
    ...unknownTools(compiled, options.tools),
    ...idle(document),
    ...conflicts(document, { ids, compiled }),
  ].map(({ at, message }) => ({ path: ["rules", at], message }));
  return { document, warnings: documentProblems(found, { file: options.file, places }) };
}

interface Warning {
  readonly at: number;
  readonly message: string;
}

function unknownTools(rules: readonly CompiledRule[], tools: readonly string[] | undefined): readonly Warning[] {
  if (tools === undefined) return [];
  return rules.flatMap(({ scope, names = [] }, at) =>
    [...new Set([...scope.tools, ...names])]
      .filter((pattern) => pattern !== "*" && !tools.some((tool) => matchesKey(pattern, tool)))
      .map((pattern) => ({ at, message: `there is no tool \`${pattern}\`` })),
  );
}

function idle({ rules, default: fallback }: PolicyDocument): readonly Warning[] {
  if (fallback === "deny") return [];
  return rules.flatMap(({ type }, at) =>
    type === "allow_tool" || type === "allow_state"
      ? [{ at, message: `\`${type}\` has no effect: everything is allowed by default` }]
      : [],
  );
}

function conflicts(
  { rules }: PolicyDocument,
  { ids, compiled }: { readonly ids: readonly string[]; readonly compiled: readonly CompiledRule[] },
): readonly Warning[] {
  const found: Warning[] = [];
  const count = Math.min(rules.length, MAX_COMPARED);
  for (let at = 0; at < count; at++) {
    for (let other = 0; other < count; other++) {
      if (other === at) continue;
      const pair: RulePair = {
        rule: rules[at]!,
        scope: compiled[at]!.scope,
        other: rules[other]!,
        otherScope: compiled[other]!.scope,
        isLater: at > other,
      };
      const message = conflictOf(pair);
      if (message !== undefined) found.push({ at, message: `${message} \`${ids[other]}\`` });
    }
  }
  return found;
}
