export type { TestRunner } from "./test-runner.js";
export { manualClock } from "./clock/manual-clock.js";
export type { ManualClock } from "./clock/manual-clock.js";
export { countingIds } from "./clock/counting-ids.js";
export { seededRandom } from "./clock/seeded-random.js";
export { scriptedInference } from "./inference/scripted-inference.js";
export type { ScriptedAnswer, ScriptedInference } from "./inference/scripted-inference.js";
export { testEventLog } from "./suites/test-event-log.js";
export type { EventLogFactory } from "./suites/test-event-log.js";
export type { ApprovalStoreFactory } from "./suites/test-approval-store.js";
export { testApprovalStore } from "./suites/test-approval-store.js";
export type { StateStoreFactory } from "./suites/test-state-store.js";
export { testStateStore } from "./suites/test-state-store.js";
export { testMemory } from "./suites/test-memory.js";
export type { MemoryFactory } from "./suites/test-memory.js";
export { testRuntime } from "./suites/test-runtime.js";
export type {
  ExecutionSetup,
  RuntimeFactory,
  RuntimeSetup,
  RuntimeUnderTest,
  VerificationUnderTest,
} from "./suites/runtime/runtime-under-test.js";
export { testInference } from "./suites/test-inference.js";
export type { InferenceFactory } from "./suites/inference-question.js";
export { testPolicyEngine } from "./suites/test-policy-engine.js";
export type { PolicySuiteOptions } from "./suites/test-policy-engine.js";
export { testPolicyEngineBasics } from "./suites/test-policy-engine-basics.js";
export type { PolicyFactory } from "./suites/test-policy-engine-tools.js";
export { policyRequest, policyState } from "./policy/policy-request.js";
export type { PolicyQuestion } from "./policy/policy-request.js";
export { policyFlow, policyHistory, policyPlan } from "./policy/policy-surroundings.js";
export type { FlowFacts, PastCall, PlanFacts } from "./policy/policy-surroundings.js";
export { plainTool, toolCall } from "./fixtures/calls.js";
export { watchedRuntime } from "./fixtures/watched-runtime.js";
