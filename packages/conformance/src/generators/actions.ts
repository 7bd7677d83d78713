import fc from "fast-check";
import { anyCall } from "./calls.js";
import { anyKey, anyValue, seldom, weighted } from "./values.js";

const anyOperator = weighted(
  [4, "exists"],
  [3, "eq"],
  [2, "neq"],
  [1, "not_exists"],
  [1, "gt"],
  [1, "gte"],
  [1, "lt"],
  [1, "lte"],
  [1, "contains"],
  [1, "resembles"],
);

const anyCondition = fc.record({ key: anyKey, operator: anyOperator, value: anyValue });

const anyLink = fc.record({
  to: fc.nat({ max: 9 }),
  path: weighted([6, ""], [4, ".id"], [3, ".n"], [2, ".list[1]"], [1, ".nowhere"]),
  form: weighted([3, "text" as const], [2, "object" as const], [2, "inside" as const]),
});

const anyUndo = fc.record({
  how: weighted([20, "tool" as const], [8, "ref" as const], [1, "nobody" as const]),
  /** What its parameters are made of. */
  takes: weighted(
    [6, "nothing" as const],
    [6, "output" as const],
    [3, "parameters" as const],
    [1, "nowhere" as const],
    [1, "number" as const],
  ),
});

/** A compensation of the model's own. */
export type UndoDraft = typeof anyUndo extends fc.Arbitrary<infer T> ? T : never;

/** A pointer to another action's output, before it is known which actions there are. */
export type LinkDraft = typeof anyLink extends fc.Arbitrary<infer T> ? T : never;

/** An action before its place in a proposal is known; numbers that point to others are cut to size there. */
export const anyActionDraft = fc.record({
  type: weighted(
    [12, "tool_call" as const],
    [4, "state_write" as const],
    [2, "state_read" as const],
    [2, "assertion" as const],
  ),
  tool: weighted([20, 0], [20, 1], [20, 2], [20, 3], [1, -1]),
  /** Others get nothing that is likely to stop them, so that most runs come far. */
  isRisky: weighted([5, false], [2, true]),
  n: weighted<number | string>([12, 0], [12, 1], [1, "many"]),
  /** Only actions of a smaller rank are waited for, so that most proposals have no cycle. */
  rank: fc.nat({ max: 5 }),
  dependencies: fc.array(fc.nat({ max: 9 }), { maxLength: 2 }),
  links: fc.array(anyLink, { maxLength: 2 }),
  behaviour: weighted([4, "abort" as const], [3, "retry" as const], [4, "skip" as const]),
  maxRetries: fc.integer({ min: 0, max: 3 }),
  reversibility: seldom(15, fc.constantFrom("reversible" as const, "compensable" as const, "irreversible" as const)),
  timeoutMs: seldom(15, fc.integer({ min: 16, max: 100 })),
  precondition: seldom(12, anyCondition),
  condition: anyCondition,
  key: anyKey,
  keyFrom: seldom(4, anyLink),
  value: anyValue,
  stateDependency: seldom(12, anyKey),
  effect: seldom(12, fc.record({ key: anyKey, value: anyValue })),
  readSet: seldom(5, weighted([3, "k0"], [1, "k*"])),
  writeSet: seldom(5, weighted([3, "k1"], [1, "k*"])),
  assumption: seldom(
    6,
    fc.record({ key: anyKey, value: seldom(50, anyValue), version: seldom(60, fc.nat({ max: 2 })) }),
  ),
  idempotent: weighted([5, false], [1, true]),
  undo: seldom(15, anyUndo),
  calls: fc.array(anyCall, { minLength: 1, maxLength: 4 }),
});

/** What `anyActionDraft` makes. */
export type ActionDraft = typeof anyActionDraft extends fc.Arbitrary<infer T> ? T : never;
