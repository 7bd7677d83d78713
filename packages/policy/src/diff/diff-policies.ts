import { type Action, canonicalJson } from "@car/ir";
import type { Decision } from "@car/ir/ports";
import type { PolicyDocument } from "../document/policy-document.js";
import { soundPolicy } from "../document/sound-policy.js";
import { indexRules } from "../engine/rule-index.js";
import { compileRule } from "../rules/compile-rule.js";
import type { CompiledRule, DecidingRule } from "../rules/compiled-rule.js";
import type { DataRule } from "../rules/data-rule.js";
import { situationPolicy } from "../situation/explain-decision.js";
import type { PolicySituation } from "../situation/policy-situation.js";
import { type Answers, compareSubject, type SubjectRule } from "./compare-subject.js";
import { subjectsOf } from "./subjects.js";

/** A situation that two policies decide differently. */
export interface PolicyDifference {
  readonly situation: PolicySituation;
  readonly old: Decision;
  readonly new: Decision;
}

/** What a change of a policy does. */
export interface PolicyDiff {
  /**
   * `narrowing`: nothing is let through that was not before. `expansion`: nothing is stopped that was not before.
   * `both`, `equal`; `undecided`: what was found is true, and there may be more.
   */
  readonly verdict: "equal" | "narrowing" | "expansion" | "both" | "undecided";
  /** One for each kind of action and change that is now decided less strictly. */
  readonly expansions: readonly PolicyDifference[];
  readonly narrowings: readonly PolicyDifference[];
  /** Why further differences cannot be ruled out, with the names of the rules. */
  readonly undecided: readonly string[];
}

/**
 * Compares two policies by asking both about a finite set of situations that stands for all, as far as their rules can
 * tell situations apart. Where that cannot be said of the set, the answer is `undecided` and says which rule is why.
 * @throws `PolicyDocumentInvalidError` (as a rejection) for a document that is none.
 */
export async function diffPolicies(old: PolicyDocument, changed: PolicyDocument): Promise<PolicyDiff> {
  const [before, after] = [soundPolicy(old), soundPolicy(changed)];
  const rules = unite(before.rules as readonly DataRule[], after.rules as readonly DataRule[]);
  const isSame = rules.every(({ side }) => side === "both") && before.defaultEffect === after.defaultEffect;
  if (isSame) return { verdict: "equal", expansions: [], narrowings: [], undecided: [] };
  const undecided = new Set<string>(endorsements(rules));
  const found: PolicySituation[] = [];
  const options = { defaults: [before.defaultEffect, after.defaultEffect] as const, undecided };
  for (const action of subjectsOf(
    rules.map(({ rule }) => rule),
    toolsOf(rules),
  )) {
    found.push(...compareSubject(action, { ...options, rules: rulesFor(action, rules) }));
  }
  return conclude(found, { old, changed, undecided });
}

/** Which labels come off at one tool shows at others, so it is not followed here. */
function endorsements(rules: readonly SubjectRule[]): readonly string[] {
  const follows = rules.some(({ compiled }) => compiled.kind === "deciding" && compiled.asks === "flow");
  const changed = rules.filter(({ rule, side }) => rule.type === "endorse" && side !== "both");
  return follows ? changed.map(({ compiled }) => `\`${compiled.id}\`: it changes what other rules see`) : [];
}

/** Every rule of both, once, with where it stands. Ids and messages change no effect. */
function unite(before: readonly DataRule[], after: readonly DataRule[]): readonly SubjectRule[] {
  const united = new Map<string, { rule: DataRule; side: SubjectRule["side"] }>();
  for (const rule of before) united.set(contentOf(rule), { rule, side: "old" });
  for (const rule of after) {
    const content = contentOf(rule);
    const side = united.has(content) && united.get(content)!.side !== "new" ? "both" : "new";
    united.set(content, { rule, side });
  }
  return [...united.values()].map(({ rule, side }, at) => ({
    rule,
    side,
    compiled: compileRule(rule, rule.id ?? `${rule.type}[${at}]`),
  }));
}

function contentOf(rule: DataRule): string {
  const said = Object.entries(rule).filter(([name]) => name !== "id" && name !== "message");
  return canonicalJson(Object.fromEntries(said));
}

function toolsOf(rules: readonly SubjectRule[]): readonly string[] {
  return [...new Set(rules.flatMap(({ compiled }) => compiled.scope.tools))];
}

function rulesFor(action: Action, rules: readonly SubjectRule[]): readonly SubjectRule[] {
  return rules.filter(({ compiled }) => sees(compiled, action));
}

function sees(compiled: CompiledRule, action: Action): boolean {
  const { deciding, counting, removes } = indexRules([compiled]).forAction(action);
  return deciding.includes(compiled as DecidingRule) || counting.length > 0 || removes.length > 0;
}

const STRICTNESS: Readonly<Record<Answers, number>> = { none: 0, allow: 0, require_approval: 1, deny: 2 };

/** Puts every example to both policies as they are: what they say counts. */
async function conclude(
  found: readonly PolicySituation[],
  { old, changed, undecided }: { old: PolicyDocument; changed: PolicyDocument; undecided: Set<string> },
): Promise<PolicyDiff> {
  const [before, after] = [situationPolicy(old), situationPolicy(changed)];
  const expansions: PolicyDifference[] = [];
  const narrowings: PolicyDifference[] = [];
  for (const situation of found) {
    const [{ decision: was }, { decision: now }] = [await before.explain(situation), await after.explain(situation)];
    const step = STRICTNESS[now.effect] - STRICTNESS[was.effect];
    if (step !== 0) (step < 0 ? expansions : narrowings).push({ situation, old: was, new: now });
    else undecided.add("an example did not hold when it was put to both policies");
  }
  return {
    verdict: verdictOf(expansions.length, narrowings.length, undecided.size),
    expansions,
    narrowings,
    undecided: [...undecided],
  };
}

function verdictOf(expansions: number, narrowings: number, undecided: number): PolicyDiff["verdict"] {
  if (expansions > 0 && narrowings > 0) return "both";
  if (undecided > 0) return "undecided";
  if (expansions > 0) return "expansion";
  return narrowings > 0 ? "narrowing" : "equal";
}
