import type { TestRunner } from "../test-runner.js";
import { testPolicyDecisions } from "./test-policy-engine-decisions.js";
import { testPolicyFlow } from "./test-policy-engine-flow.js";
import { testPolicyLimits } from "./test-policy-engine-limits.js";
import { testPolicyParams } from "./test-policy-engine-params.js";
import { testPolicyPatterns } from "./test-policy-engine-patterns.js";
import { testPolicyPlans } from "./test-policy-engine-plans.js";
import { testPolicyRules } from "./test-policy-engine-rules.js";
import { testPolicyStateRules } from "./test-policy-engine-state.js";
import type { PolicyFactory } from "./test-policy-engine-tools.js";

/** What the suite can use besides the engine. */
export interface PolicySuiteOptions {
  /** Milliseconds, of any origin. With it an engine that a pattern can hang fails early instead of hanging the test. */
  readonly now?: () => number;
}

/**
 * Registers a test for every rule of `packages/policy/SPEC.md` that an engine must keep which understands the built-in
 * rules as data. For an engine with a language of its own there is `testPolicyEngineBasics`.
 */
export function testPolicyEngine(
  { describe, it }: TestRunner,
  create: PolicyFactory,
  options: PolicySuiteOptions = {},
): void {
  describe("PolicyEngine with the built-in rules", () => {
    testPolicyDecisions(it, create);
    testPolicyRules(it, create);
    testPolicyParams(it, create);
    testPolicyStateRules(it, create);
    testPolicyLimits(it, create);
    testPolicyPatterns(it, create, options);
    testPolicyFlow(it, create);
    testPolicyPlans(it, create);
  });
}
