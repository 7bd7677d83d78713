import type { Decision, PolicyRequest, PolicyStateView } from "@car/ir/ports";
import { combineDecisions } from "../decision/combine-decisions.js";
import { deny } from "../decision/decisions.js";
import type { DecidingRule, RuleAnswer } from "../rules/compiled-rule.js";
import { isPromiseLike } from "../rules/function-rule.js";
import type { RuleSet } from "./rule-index.js";

/** What holds for all decisions of one engine. */
export interface DeciderOptions {
  /** The answer when no rule has anything to say. */
  readonly fallback: Decision;
  /** Told of what a rule threw; the decision names the rule and nothing else. */
  readonly onRuleError?: ((error: unknown, policyId: string) => void) | undefined;
}

/** Asks every rule of a set, whatever the others say, and combines the answers. A value unless a rule gave a promise. */
export type Decide = (set: RuleSet, request: PolicyRequest, state: PolicyStateView) => Decision | Promise<Decision>;

/** Makes the one function that decides. When no rule has anything to say it allocates nothing. */
export function createDecide(options: DeciderOptions): Decide {
  const conclude = (set: RuleSet, request: PolicyRequest, answers: readonly (Decision | undefined)[]): Decision => {
    const given = answers.filter((answer) => answer !== undefined);
    return count(set, request, given.length === 0 ? options.fallback : combineDecisions(given));
  };

  return (set, request, state) => {
    let answers: RuleAnswer[] | undefined;
    const { deciding } = set;
    for (let at = 0; at < deciding.length; at++) {
      const rule = deciding[at]!;
      let answer: RuleAnswer;
      try {
        answer = rule.evaluate(request, state);
      } catch (error) {
        answer = failed(rule, error, options);
      }
      if (answer !== undefined) (answers ??= []).push(closed(rule, answer, options));
    }
    if (answers === undefined) return count(set, request, options.fallback);
    if (!answers.some(isPromiseLike)) return conclude(set, request, answers as Decision[]);
    const promises = answers.map((answer) => Promise.resolve(answer));
    return Promise.all(promises).then((known) => conclude(set, request, known));
  };
}

function closed(rule: DecidingRule, answer: RuleAnswer, options: DeciderOptions): RuleAnswer {
  if (!isPromiseLike(answer)) return answer;
  return Promise.resolve(answer).catch((error: unknown) => failed(rule, error, options));
}

/** The gate fails closed, and says which rule failed but not how: a message could quote what it was looking at. */
function failed({ id }: DecidingRule, error: unknown, { onRuleError }: DeciderOptions): Decision {
  try {
    onRuleError?.(error, id);
  } catch {
    // The denial stands whatever becomes of the report.
  }
  return deny(id, "the rule failed");
}

/**
 * Puts the counting rules on top of what the others decided. Nothing is waited for between looking for room and taking
 * it, and nothing is taken unless every rule lets the call through.
 */
function count({ counting }: RuleSet, request: PolicyRequest, decision: Decision): Decision {
  // A call that is looked at again holds its places already.
  if (counting.length === 0 || request.mode === "recheck") return decision;
  const full = counting.filter((rule) => !rule.hasRoom(request)).map(({ denial }) => denial);
  if (full.length > 0) return combineDecisions([decision, ...full]);
  if (decision.effect !== "deny" && request.mode === "decide") for (const rule of counting) rule.take(request);
  return decision;
}
