import type { JsonObject } from "@car/ir";
import type { Decision, PolicyEngine, PolicyStateView } from "@car/ir/ports";
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

/** The ids behind a decision, in its order. */
export function idsOf({ reasons }: Decision): readonly string[] {
  return reasons.map(({ policy_id }) => policy_id);
}
