import type { JsonObject, JsonValue } from "@car/ir";
import type { PolicyEngine, PolicyRequest, PolicyStateView } from "@car/ir/ports";
import fc from "fast-check";
import { assertEqual, AssertionError } from "../assert.js";
import { anyPolicyCase } from "../policy/any-policy.js";
import { policyRequest, policyState } from "../policy/policy-request.js";
import type { TestRunner } from "../test-runner.js";
import { assertDecision } from "./test-policy-engine-asserts.js";

const RUNS = { numRuns: 100 };

/**
 * Registers the tests that any policy engine must pass, whatever its language.
 * @param create - gives an engine; its rules may be anything.
 */
export function testPolicyEngineBasics(
  { describe, it }: TestRunner,
  create: () => PolicyEngine | Promise<PolicyEngine>,
): void {
  describe("PolicyEngine", () => {
    testAnswers(it, create);
    testPurity(it, create);
  });
}

function testAnswers(it: TestRunner["it"], create: () => PolicyEngine | Promise<PolicyEngine>): void {
  it("[PO-12] every answer is a decision: a known effect, and reasons for all but an allowance", async () => {
    const engine = await create();
    await fc.assert(
      fc.asyncProperty(anyPolicyCase, async ({ questions, state }) => {
        for (const question of questions) assertDecision(await engine.check(policyRequest(question), state));
      }),
      RUNS,
    );
  });

  it("[PO-12] [5.9] parameters that no parser would let through are decided on, not thrown at", async () => {
    const engine = await create();
    const cycle: Record<string, unknown> = {};
    cycle["itself"] = [cycle];
    const odd = [
      cycle,
      { p: undefined },
      { p: 1n },
      { p: () => 1 },
      { p: Symbol("p") },
      { p: "\ud800" },
      nested(10_000),
    ];
    for (const parameters of odd) assertDecision(await engine.check(oddRequest(parameters), policyState()));
  });

  it("[PO-10] the version is one text, and the keys that are read are texts", async () => {
    const engine = await create();
    assertEqual(typeof engine.version, "string", "type of the version");
    if (engine.version === "") throw new AssertionError("the version is empty");
    const keys = engine.keysRead?.(policyRequest().action) ?? [];
    assertEqual(
      keys.map((key) => typeof key),
      keys.map(() => "string"),
    );
  });
}

function testPurity(it: TestRunner["it"], create: () => PolicyEngine | Promise<PolicyEngine>): void {
  it("[PO-6] [6.1] a check changes neither the request nor the state", async () => {
    const engine = await create();
    await fc.assert(
      fc.asyncProperty(anyPolicyCase, async ({ questions, state }) => {
        for (const question of questions) {
          const request = policyRequest(question);
          const before = structuredClone(request);
          await engine.check(request, readOnly(state));
          assertEqual(request, before, "request");
        }
      }),
      RUNS,
    );
  });

  it("[PO-6] [6.1] equal requests get equal answers", async () => {
    const engine = await create();
    await fc.assert(
      fc.asyncProperty(anyPolicyCase, async ({ questions, state }) => {
        for (const question of questions) {
          // Only a first decision may count calls; looking again never does.
          const request = policyRequest({ ...question, mode: "recheck" });
          const first = await engine.check(structuredClone(request), state);
          assertEqual(await engine.check(request, state), first);
        }
      }),
      RUNS,
    );
  });
}

/** A view that can be read and nothing else. */
function readOnly(state: PolicyStateView): PolicyStateView {
  return Object.freeze({ get: state.get.bind(state) });
}

function nested(depth: number): JsonValue {
  let value: JsonValue = "bottom";
  for (let level = 0; level < depth; level++) value = { p: value };
  return value;
}

function oddRequest(parameters: unknown): PolicyRequest {
  return { ...policyRequest(), parameters: parameters as JsonObject };
}
