import { PolicyDocumentInvalidError } from "@car/ir";
import type { PolicyRule } from "../rules/compile-rule.js";
import { ruleIds } from "../rules/rule-ids.js";
import { checkRules } from "./check-document.js";
import { documentProblems } from "./document-problems.js";
import type { PolicyDocument } from "./policy-document.js";

/** Rules that were checked, with an id for each, and what holds when none says anything. */
export interface SoundPolicy {
  readonly rules: readonly PolicyRule[];
  readonly ids: readonly string[];
  readonly defaultEffect: "allow" | "deny";
}

/** Checks rules of code or of a file. @throws `PolicyDocumentInvalidError` for what is none. */
export function soundPolicy(
  rules: readonly PolicyRule[] | PolicyDocument,
  defaultEffect?: "allow" | "deny",
): SoundPolicy {
  const document = "rules" in rules ? rules : { rules, default: undefined };
  const checked = checkRules(document.rules);
  if ("findings" in checked) throw new PolicyDocumentInvalidError(documentProblems(checked.findings, {}));
  const ids = ruleIds(checked.value);
  return { rules: checked.value, ids, defaultEffect: defaultEffect ?? document.default ?? "allow" };
}
