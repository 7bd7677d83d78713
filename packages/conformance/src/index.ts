export type { TestRunner } from "./test-runner.js";
export { assertEqual, AssertionError, assertRejectsCode, assertThrowsCode } from "./assert.js";
export { manualClock } from "./clock/manual-clock.js";
export type { ManualClock } from "./clock/manual-clock.js";
export { countingIds } from "./clock/counting-ids.js";
export { seededRandom } from "./clock/seeded-random.js";
export { scriptedInference } from "./inference/scripted-inference.js";
export type { ScriptedAnswer, ScriptedInference } from "./inference/scripted-inference.js";
export { testEventLog } from "./suites/test-event-log.js";
export type { EventLogFactory } from "./suites/test-event-log.js";
export { collectEvents } from "./event-log/sealed-events.js";
export { anyEventDraft, SAMPLE_SCOPES } from "./generators/event-drafts.js";
export type { ApprovalStoreFactory } from "./suites/test-approval-store.js";
export { testApprovalStore } from "./suites/test-approval-store.js";
export type { StateStoreFactory } from "./suites/test-state-store.js";
export { testStateStore } from "./suites/test-state-store.js";
export { testMemory } from "./suites/test-memory.js";
export type { MemoryFactory } from "./suites/test-memory.js";
export { testRuntime } from "./suites/test-runtime.js";
export { plainTool, toolCall } from "./fixtures/calls.js";
export { watchedRuntime } from "./fixtures/watched-runtime.js";
export type { WatchedRuntime } from "./fixtures/watched-runtime.js";
export type {
  ExecutionSetup,
  RuntimeFactory,
  RuntimeSetup,
  RuntimeUnderTest,
  VerificationUnderTest,
} from "./suites/runtime/runtime-under-test.js";
export { checkSerializable } from "./serializability/check-serializable.js";
export type { SerializabilityOptions, SerializabilityReport } from "./serializability/check-serializable.js";
export { historyRecorder } from "./serializability/history-recorder.js";
export type { HistoryRecorder, HistoryRecorderOptions } from "./serializability/history-recorder.js";
export type {
  Anomaly,
  Dependency,
  RecordedOperation,
  RecordedRun,
  SerializabilityProblem,
} from "./serializability/recorded-history.js";
export { runModel } from "./model/run-model.js";
export type { AdmissionProblem, ModelActionOutcome, ModelCall, ModelOutcome } from "./model/outcome.js";
export { EMPTY_MEMORY, openWorld } from "./model/world.js";
export type { ModelMemory, ModelWorld, Script, ScriptedCall, ScriptedOutcome, ScriptedRule } from "./model/world.js";
export { answers, hangs, throws } from "./model/scripted-call.js";
export { scriptedTools } from "./model/scripted-tools.js";
export { scriptedPolicy } from "./model/scripted-policy.js";
export { differences } from "./model/differences.js";
export { compareWithModel } from "./model/observe.js";
export type { ComparedRuntime, ComparedStep, Comparison, ComparisonOptions } from "./model/observe.js";
export { anyModelCase } from "./generators/model-case.js";
export type { ModelCase, ModelStep } from "./generators/model-case.js";
export { testInference } from "./suites/test-inference.js";
export type { InferenceFactory } from "./suites/inference-question.js";
export { testPolicyEngine } from "./suites/test-policy-engine.js";
export type { PolicySuiteOptions } from "./suites/test-policy-engine.js";
export { testPolicyEngineBasics } from "./suites/test-policy-engine-basics.js";
export type { PolicyFactory } from "./suites/test-policy-engine-tools.js";
export { anyPolicyCase } from "./policy/any-policy.js";
export type { PolicyCase } from "./policy/any-policy.js";
export { policyRequest, policyState } from "./policy/policy-request.js";
export type { PolicyQuestion } from "./policy/policy-request.js";
export { policyFlow, policyHistory, policyPlan } from "./policy/policy-surroundings.js";
export type { FlowFacts, PastCall, PlanFacts } from "./policy/policy-surroundings.js";
export { referencePolicy } from "./policy/reference-policy.js";
export type { ReferencePolicyOptions } from "./policy/reference-policy.js";
