import type { JsonObject, JsonValue } from "@car/ir";
import type { Decision, PolicyEngine, PolicyStateView } from "@car/ir/ports";
import { assertEqual, AssertionError } from "../assert.js";
import { policyRequest, policyState, type PolicyQuestion } from "../policy/policy-request.js";

/** Makes an engine of a policy document: `{ version: 1, default?, rules }`, as `packages/policy/SPEC.md` has it. */
export type PolicyFactory = (document: JsonObject) => PolicyEngine | Promise<PolicyEngine>;

/** An engine that follows `rules`. */
export async function engineOf(
  create: PolicyFactory,
  rules: readonly JsonObject[],
  defaultEffect?: "allow" | "deny",
): Promise<PolicyEngine> {
  return create({ version: 1, ...(defaultEffect !== undefined && { default: defaultEffect }), rules });
}

const EMPTY_STATE = policyState();

/** What the engine says of one question. */
export async function ask(
  engine: PolicyEngine,
  question: PolicyQuestion,
  state: PolicyStateView = EMPTY_STATE,
): Promise<Decision> {
  return engine.check(policyRequest(question), state);
}

/** The effect alone. */
export async function effectOf(
  engine: PolicyEngine,
  question: PolicyQuestion,
  state: PolicyStateView = EMPTY_STATE,
): Promise<Decision["effect"]> {
  return (await ask(engine, question, state)).effect;
}

/** Checks that an engine of one rule for `tool` gives the expected effect for each value of its parameter `p`. */
export async function assertEffects(
  create: PolicyFactory,
  rule: JsonObject,
  expected: readonly (readonly [value: JsonValue | undefined, effect: Decision["effect"]])[],
): Promise<void> {
  const engine = await engineOf(create, [rule]);
  for (const [value, effect] of expected) {
    const parameters = value === undefined ? {} : { p: value };
    assertEqual(await effectOf(engine, { parameters }), effect, JSON.stringify({ rule, parameters }));
  }
}

/** The ids behind a decision, in its order. */
export function idsOf({ reasons }: Decision): readonly string[] {
  return reasons.map(({ policy_id }) => policy_id);
}

/** Checks that a decision is one: a known effect, and a reason with an id and a message for all but an allowance. */
export function assertDecision(decision: Decision): void {
  const isKnown = ["allow", "deny", "require_approval"].includes(decision.effect);
  if (!isKnown) throw new AssertionError(`unknown effect ${String(decision.effect)}`);
  for (const { policy_id, message } of decision.reasons) {
    assertEqual([typeof policy_id, typeof message], ["string", "string"], "types in a reason");
  }
  if (decision.effect !== "allow" && decision.reasons.length === 0) throw new AssertionError("no reason is given");
}
