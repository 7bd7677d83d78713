import type { TestRunner } from "../test-runner.js";
import { ABORT_RULES } from "./runtime/abort-rules.js";
import { ABORT_SAFETY_RULES } from "./runtime/abort-safety-rules.js";
import { ADMISSION_RULES } from "./runtime/admission-rules.js";
import { APPROVAL_RULES } from "./runtime/approval-rules.js";
import { AUTHORITY_RULES } from "./runtime/authority-rules.js";
import { BUDGET_REST_RULES } from "./runtime/budget-rest-rules.js";
import { BUDGET_RULES } from "./runtime/budget-rules.js";
import { CACHE_RULES } from "./runtime/cache-rules.js";
import { CANCEL_RULES } from "./runtime/cancel-rules.js";
import { COMPENSATION_RULES } from "./runtime/compensation-rules.js";
import { CONFIGURATION_RULES } from "./runtime/configuration-rules.js";
import { CONTAINMENT_RULES } from "./runtime/containment-rules.js";
import { CONTEXT_RULES } from "./runtime/context-rules.js";
import { DOUBT_RULES } from "./runtime/doubt-rules.js";
import { EFFECT_RULES } from "./runtime/effect-rules.js";
import { EVIDENCE_RULES } from "./runtime/evidence-rules.js";
import { FAILED_UNDO_RULES } from "./runtime/failed-undo-rules.js";
import { FAILURE_RULES } from "./runtime/failure-rules.js";
import { ISOLATION_RULES } from "./runtime/isolation-rules.js";
import { ORDER_RULES } from "./runtime/order-rules.js";
import { OUTCOME_RULES } from "./runtime/outcome-rules.js";
import { OUTPUT_RULES } from "./runtime/output-rules.js";
import { PLACE_RULES } from "./runtime/place-rules.js";
import { POLICY_RULES } from "./runtime/policy-rules.js";
import { RATE_RULES } from "./runtime/rate-rules.js";
import { RECEIPT_RULES } from "./runtime/receipt-rules.js";
import { RECHECK_RULES } from "./runtime/recheck-rules.js";
import { SKIP_RULES } from "./runtime/skip-rules.js";
import { TIMEOUT_RULES } from "./runtime/timeout-rules.js";
import { UNDO_RULES } from "./runtime/undo-rules.js";
import { VALIDATION_RULES } from "./runtime/validation-rules.js";
import { VERIFY_RULES } from "./runtime/verify-rules.js";
import { prove, type Rule } from "./runtime/rig.js";
import type { RuntimeFactory } from "./runtime/runtime-under-test.js";

/** The rules of the contract, family by family, in its order. */
const FAMILIES: readonly (readonly [title: string, rules: readonly Rule[]])[] = [
  ["admission", ADMISSION_RULES],
  ["configuration", CONFIGURATION_RULES],
  ["order", ORDER_RULES],
  ["abort safety", ABORT_SAFETY_RULES],
  ["abort safety, waiting for places", PLACE_RULES],
  ["skipping", SKIP_RULES],
  ["authority", AUTHORITY_RULES],
  ["validation", VALIDATION_RULES],
  ["asking again", RECHECK_RULES],
  ["failures and retries", FAILURE_RULES],
  ["what failed calls did", OUTCOME_RULES],
  ["doubt", DOUBT_RULES],
  ["timeouts", TIMEOUT_RULES],
  ["what a tool is given", CONTEXT_RULES],
  ["effects and origins", EFFECT_RULES],
  ["outputs", OUTPUT_RULES],
  ["isolation", ISOLATION_RULES],
  ["abort", ABORT_RULES],
  ["compensation", COMPENSATION_RULES],
  ["compensation of failed calls", FAILED_UNDO_RULES],
  ["gates of compensations", UNDO_RULES],
  ["idempotency", RECEIPT_RULES],
  ["result cache", CACHE_RULES],
  ["rate limits", RATE_RULES],
  ["budgets", BUDGET_RULES],
  ["budgets, looking ahead", BUDGET_REST_RULES],
  ["cancelation", CANCEL_RULES],
  ["containment", CONTAINMENT_RULES],
  ["policy", POLICY_RULES],
  ["approval", APPROVAL_RULES],
  ["evidence", EVIDENCE_RULES],
  ["verification", VERIFY_RULES],
];

/**
 * Registers a test for every rule of the contract that a runtime must satisfy by itself. The names of the tests start
 * with the numbers of the rules.
 * @param create - makes a fresh runtime for each test; the suite closes it.
 */
export function testRuntime({ describe, it }: TestRunner, create: RuntimeFactory): void {
  for (const [title, rules] of FAMILIES) {
    describe(`Runtime: ${title}`, () => {
      for (const rule of rules) it(rule.name, () => prove(rule, create));
    });
  }
}
