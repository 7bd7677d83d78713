import type { JsonObject, JsonValue } from "@car/ir";
import type { Decision } from "@car/ir/ports";
import { assertEqual, AssertionError } from "../assert.js";
import { effectOf, engineOf, type PolicyFactory } from "./test-policy-engine-tools.js";

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

/** Checks that a decision is one: a known effect, and a reason with an id and a message for all but an allowance. */
export function assertDecision(decision: Decision): void {
  const isKnown = ["allow", "deny", "require_approval"].includes(decision.effect);
  if (!isKnown) throw new AssertionError(`unknown effect ${String(decision.effect)}`);
  for (const { policy_id, message } of decision.reasons) {
    assertEqual([typeof policy_id, typeof message], ["string", "string"], "types in a reason");
  }
  if (decision.effect !== "allow" && decision.reasons.length === 0) throw new AssertionError("no reason is given");
}
