import { describe, expect, it } from "vitest";
import { failureSummary, readTap } from "./read-tap.js";

const TAP = `TAP version 13
# Subtest: format
    # Subtest: rounds
    not ok 1 - rounds
      ---
      duration_ms: 1.2
      failureType: 'testCodeFailure'
      expected: '2s'
      actual: '1s'
      ...
    # Subtest: writes zero
    ok 2 - writes zero
      ---
      duration_ms: 0.3
      ...
    1..2
not ok 1 - format
  ---
  type: 'suite'
  failureType: 'subtestsFailed'
  ...
1..1
# tests 2
# pass 1
# fail 1
`;

describe("readTap", () => {
  it("finds the tests that failed, with what they wanted, and not the suite around them", () => {
    expect(readTap(TAP)).toEqual({ passed: 1, failures: [{ name: "rounds", expected: "'2s'", actual: "'1s'" }] });
  });

  it("finds nothing in other text", () => {
    expect(readTap("SyntaxError: oops")).toEqual({ passed: 0, failures: [] });
  });
});

describe("failureSummary", () => {
  it("says which tests failed and why", () => {
    expect(failureSummary({ ...readTap(TAP), stderr: "" })).toBe(
      `1 of 2 tests failed: "rounds" (expected '2s', got '1s')`,
    );
  });

  it("repeats the runner's words when no test ran, without the stack", () => {
    const stderr = `SyntaxError: oops\n${"    at load (node:internal)\n".repeat(50)}\nNode.js v22\n`;
    expect(failureSummary({ passed: 0, failures: [], stderr })).toBe(
      "the tests did not run: SyntaxError: oops\n\nNode.js v22",
    );
  });
});
