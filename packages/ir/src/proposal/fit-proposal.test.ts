import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { copyJson } from "../json/copy-json.js";
import type { JsonValue } from "../json/json-value.js";
import { LAW } from "../testing/arbitrary-json.js";
import { anyProposal } from "../testing/arbitrary-proposal.js";
import { isFrozenThroughout } from "../testing/is-frozen.js";
import { CALL, withActions } from "../testing/proposals.js";
import { ActionProposal } from "./action-proposal.js";
import { fitProposal } from "./fit-proposal.js";
import { parseProposal } from "./parse-proposal.js";

const LIMITS = { maxDepth: 64, maxBytes: 1_000_000 };

/** Fits `input` and holds the answer against the schema's; true when it fits. */
function fitsLikeTheSchema(input: JsonValue): boolean {
  const frozen = copyJson(input, LIMITS);
  const fitted = fitProposal(frozen);
  const { success, data } = ActionProposal.safeParse(frozen);
  expect(fitted !== undefined).toBe(success);
  if (fitted === undefined) return false;
  expect(definedOf(fitted)).toEqual(data);
  expect(fitted.actions.every(isFrozenThroughout) && isFrozenThroughout(fitted.context)).toBe(true);
  return true;
}

/** `id` and `timestamp` are there and undefined where nothing is written. */
function definedOf(object: object): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}

describe("a proposal that is not asked of the schema", () => {
  it("[IR-47] fits when the schema accepts it, and becomes what the schema makes of it", () => {
    fc.assert(
      fc.property(anyProposal(0), (input) => {
        expect(fitsLikeTheSchema(input)).toBe(true);
      }),
      LAW,
    );
  });

  it.each([12, 60])("[IR-47] does not fit when the schema refuses it: one part in %i is odd", (oddness) => {
    let fitting = 0;
    let tried = 0;
    fc.assert(
      fc.property(anyProposal(oddness), (input) => {
        tried += 1;
        if (fitsLikeTheSchema(input)) fitting += 1;
      }),
      LAW,
    );
    // Both answers come up, so that the law says something.
    expect(fitting).toBeGreaterThan(0);
    expect(fitting).toBeLessThan(tried);
  });

  it("[IR-47] is accepted by the schema as well when it has a list too long to be looked at", () => {
    const read_set = Array.from({ length: 10_001 }, (_, index) => `k${index}`);
    const input = withActions({ ...CALL, read_set });
    expect(fitProposal(copyJson(input, LIMITS))).toBeUndefined();
    const limits = { max_bytes: 1_000_000, max_depth: 64, max_actions: 20_000 };
    const parsed = parseProposal(input, { limits });
    expect(parsed.actions[0]).toMatchObject({ read_set });
    expect(isFrozenThroughout(parsed)).toBe(true);
  });
});
