import type { TestRunner } from "../test-runner.js";
import { ABORT_SAFETY_RULES } from "./runtime/abort-safety-rules.js";
import { ADMISSION_RULES } from "./runtime/admission-rules.js";
import { CONFIGURATION_RULES } from "./runtime/configuration-rules.js";
import { ORDER_RULES } from "./runtime/order-rules.js";
import { prove, type Rule } from "./runtime/rig.js";
import type { RuntimeFactory } from "./runtime/runtime-under-test.js";
import { SKIP_RULES } from "./runtime/skip-rules.js";

/** The rules of the contract, family by family, in its order. */
const FAMILIES: readonly (readonly [title: string, rules: readonly Rule[]])[] = [
  ["admission", ADMISSION_RULES],
  ["configuration", CONFIGURATION_RULES],
  ["order", ORDER_RULES],
  ["abort safety", ABORT_SAFETY_RULES],
  ["skipping", SKIP_RULES],
];

/**
 * Registers a test for every rule of the contract that a runtime must satisfy by itself.
 * @param create - makes a fresh runtime for each test; the suite closes it.
 */
export function testRuntime({ describe, it }: TestRunner, create: RuntimeFactory): void {
  for (const [title, rules] of FAMILIES) {
    describe(`Runtime: ${title}`, () => {
      for (const rule of rules) it(rule.name, () => prove(rule, create));
    });
  }
}
