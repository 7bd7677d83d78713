import { ALLOW, type Decision } from "@car/ir/ports";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { combineDecisions } from "./combine-decisions.js";
import { allow, askApproval, deny } from "./decisions.js";

const anyDecision: fc.Arbitrary<Decision> = fc.oneof(
  fc.constant(allow()),
  fc.string().map((id) => deny(id, "no")),
  fc.string().map((id) => askApproval(id, "ask")),
);
const anyDecisions = fc.array(anyDecision, { maxLength: 6 });

describe("combineDecisions", () => {
  it("[PO-2] [6.1] deny overrides approval overrides allow", () => {
    const [no, ask] = [deny("a", "no"), askApproval("b", "may I?")];
    expect(combineDecisions([])).toBe(ALLOW);
    expect(combineDecisions([allow(), allow()])).toBe(ALLOW);
    expect(combineDecisions([allow(), ask])).toEqual(ask);
    expect(combineDecisions([ask, no, allow()])).toEqual(no);
  });

  it("[PO-3] every reason of the winning effect is kept, in order", () => {
    const decisions = [deny("a", "1"), askApproval("b", "2"), deny("c", "3")];
    expect(combineDecisions(decisions).reasons.map(({ policy_id }) => policy_id)).toEqual(["a", "c"]);
  });

  it("[PO-4] the effect does not depend on the order, nor on how the decisions are grouped", () => {
    fc.assert(
      fc.property(anyDecisions, anyDecisions, (left, right) => {
        const whole = combineDecisions([...left, ...right]);
        expect(combineDecisions([...right, ...left]).effect).toBe(whole.effect);
        expect(combineDecisions([combineDecisions(left), combineDecisions(right)])).toEqual(whole);
      }),
    );
  });

  it("[PO-6] decisions cannot be changed by whoever gets them", () => {
    expect(Object.isFrozen(deny("a", "b"))).toBe(true);
    expect(Object.isFrozen(deny("a", "b").reasons)).toBe(true);
    expect(Object.isFrozen(ALLOW)).toBe(true);
  });
});
