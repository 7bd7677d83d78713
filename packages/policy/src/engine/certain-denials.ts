import type { Action, JsonObject } from "@car/ir";
import { mayAbort, settledMembers } from "@car/ir/internal";
import type { Decision, PlanFinding, PolicyPlan } from "@car/ir/ports";
import type { Judgement } from "../rules/compiled-rule.js";
import type { RuleIndex, RuleSet } from "./rule-index.js";

const NONE: readonly PlanFinding[] = Object.freeze([]);

/**
 * Denials of single actions that nothing can change any more, as no rule behind them looks at state, history or data
 * flow. An action that may not abort the proposal is left to be denied when its turn comes. `fallback` is the answer
 * when no rule has anything to say.
 */
export function certainDenials(
  plan: PolicyPlan,
  rulesFor: RuleIndex["forAction"],
  fallback: Decision,
): readonly PlanFinding[] {
  let found: PlanFinding[] | undefined;
  for (let index = 0; index < plan.actions.length; index++) {
    const action = plan.actions[index]!;
    const rules = rulesFor(action);
    if (rules.judging.length === 0 && fallback.effect === "allow") continue;
    if (!mayAbort(action) || !plan.scheduled(index)) continue;
    const denial = denialOf(action, rules, fallback);
    if (denial !== undefined) (found ??= []).push(...findingsOf(action, denial));
  }
  return found ?? NONE;
}

/** The reasons of every rule that is certain to deny; or the default, when it is certain that no rule says anything. */
function denialOf(action: Action, { judging, deciding }: RuleSet, fallback: Decision): readonly Decision[] | undefined {
  const written = action.parameters as JsonObject;
  const settled = settledMembers(written);
  let denials: Decision[] | undefined;
  let isSilent = judging.length === deciding.length;
  for (const { judgement } of judging) {
    const isComplete = hasAll(judgement, written, settled);
    if (!isComplete && judgement.params !== "some") {
      isSilent = false;
      continue;
    }
    const answer = judgement.judge(settled ?? NOTHING, action);
    if (answer?.effect === "deny") (denials ??= []).push(answer);
    if (answer !== undefined || !isComplete) isSilent = false;
  }
  return denials ?? (isSilent && fallback.effect === "deny" ? [fallback] : undefined);
}

const NOTHING: JsonObject = Object.freeze({});

/** Whether everything that a rule looks at is known. */
function hasAll({ params }: Judgement, written: JsonObject, settled: JsonObject | undefined): boolean {
  if (settled === written || params.length === 0) return true;
  if (settled === undefined) return false;
  const names = typeof params === "string" ? Object.keys(written) : params;
  return names.every((name) => Object.hasOwn(settled, name) || !Object.hasOwn(written, name));
}

function findingsOf({ id }: Action, denials: readonly Decision[]): readonly PlanFinding[] {
  return denials.flatMap(({ reasons }) =>
    reasons.map(({ policy_id, message }) => ({ effect: "deny" as const, policy_id, message, action_ids: [id] })),
  );
}
