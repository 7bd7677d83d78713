export type { JsonArray, JsonObject, JsonValue } from "./json/json-value.js";
export { setOwn } from "./json/set-own.js";
export { jsonEqual } from "./json/json-equal.js";
export { canonicalJson } from "./json/canonical-json.js";
export { parseJsonText } from "./json/parse-json-text.js";
export { copyJson, copyMembers } from "./json/copy-json.js";
export type { CopyLimits } from "./json/copy-json.js";
export { measureJson } from "./json/measure-json.js";
export { isWellFormed } from "./json/well-formed.js";
export { memoryBytes } from "./json/memory-bytes.js";
export { pathText } from "./json/json-path.js";
export type { PathStep } from "./json/json-path.js";
export { scanJson } from "./parse/scan-json.js";
export type { JsonTextError } from "./parse/scan-json.js";
export { checkShape } from "./parse/check-shape.js";
export type { Shape, UnknownFields } from "./parse/check-shape.js";
export type { Finding } from "./parse/finding.js";
export { contentHash, sha256Hex } from "./hash/content-hash.js";
export { epochMsOf } from "./time/epoch-ms.js";
export { rfc3339 } from "./time/rfc3339.js";

export { ActionId } from "./action/action-id.js";
export { Assumption, Compensation, Precondition, Reversibility } from "./action/action-base.js";
export { ToolCall } from "./action/tool-call.js";
export { Assertion, StateRead, StateWrite } from "./action/state-actions.js";
export { Action } from "./action/action.js";
export type { ActionType } from "./action/action.js";
export { ActionProposal, FORMAT_VERSION } from "./proposal/action-proposal.js";
export type { ProposalInput } from "./proposal/action-proposal.js";
export { parseProposal } from "./proposal/parse-proposal.js";
export type { ParseProposalOptions } from "./proposal/parse-proposal.js";
export { isParsedProposal, proposalFacts, proposalHash, withProposalHash } from "./proposal/parsed-proposals.js";
export { RateLimit, ToolEffect, ToolSchema } from "./tool/tool-schema.js";
export type { ToolSchemaInput } from "./tool/tool-schema.js";
export { parseToolSchema } from "./tool/parse-tool-schema.js";
export { Budget } from "./config/budget.js";
export type { BudgetInput } from "./config/budget.js";
export { Capabilities } from "./config/capabilities.js";
export { capabilityGuard } from "./config/capability-guard.js";
export type { CapabilityGuard } from "./config/capability-guard.js";
export { DEFAULT_LIMITS, Limits } from "./config/limits.js";
export type { LimitsInput } from "./config/limits.js";
export { parseConfig } from "./config/parse-config.js";
export { assertKnownOptions } from "./config/assert-known-options.js";

export { ReasonCode } from "./result/reason.js";
export type { Reason } from "./result/reason.js";
export type { ActionResult, ActionStatus } from "./result/action-result.js";
export type { CostSummary, ExternalEffects, ProposalResult, ProposalStatus } from "./result/proposal-result.js";

export { EVENT_KINDS } from "./event/event-kind.js";
export type { EventKind } from "./event/event-kind.js";
export type { CarEvent, EventEnvelope, EventOf, LiveEvent, LiveEventOf } from "./event/car-event.js";
export { eventFromLog, jsonOfEvent, payloadOf } from "./event/payload-of.js";
export { eventOf } from "./event/event-of.js";
export { parentSpanOf, spanIdOf, traceparentOf } from "./event/span-id.js";
export type { EventDataOf } from "./event/event-data-of.js";
export type { BareKind } from "./event/empty-payload.js";
export type { ProposalCompletedData, ProposalReceivedData } from "./event/run-events.js";
export type { ActionFailedData, ActionSucceededData } from "./event/action-events.js";
export type {
  CheckpointRestoredData,
  SnapshotEntry,
  StateChangedData,
  StateSnapshotData,
  Transition,
} from "./event/state-events.js";
export type { ConfigChangedData, LoggedConfig, LoggedLabels } from "./event/config-events.js";
export type { ReplacedRun, ReplanExhaustedData } from "./event/replan-events.js";
export type { ModelFallbackData } from "./event/model-events.js";
export type { SessionOpenedData, SessionToldData } from "./event/session-events.js";

export { joinLabels, labelSet, NO_LABELS, withoutLabels } from "./flow/labels.js";
export type { LabelSet } from "./flow/labels.js";
export { buildPolicyPlan } from "./flow/policy-plan.js";
export type { PolicyPlanInput } from "./flow/policy-plan.js";
export { literalLabels, NO_SESSION } from "./flow/flow-source.js";
export type { FlowSource } from "./flow/flow-source.js";
export { parameterReferences } from "./flow/parameter-references.js";
export type { ParameterReferences } from "./flow/parameter-references.js";
export { sourceLabels } from "./flow/source-labels.js";
export { applyWrite, trustedValue } from "./state/state-entry.js";
export type { EntryWrite, Origin, StateEntry, TrustedValue } from "./state/state-entry.js";
export { stateEntryProblem } from "./state/state-entry-problem.js";
export { isPrefixPattern, matchesKey, patternsOverlap } from "./state/key-pattern.js";
export { KeyPatterns } from "./state/key-patterns.js";
export { KeyTree } from "./state/key-tree.js";
export type { KeyNode } from "./state/key-tree.js";

export { compileTemplate, referencesIn } from "./reference/template.js";
export type { Reference, Template } from "./reference/template.js";
export type { Resolution } from "./reference/fill-node.js";
export { escapeReferences } from "./reference/escape-references.js";
export { resolveOutputTemplate } from "./reference/output-template.js";
export type { OutputScope } from "./reference/output-template.js";
export { settledMembers, settledValue } from "./reference/settled-value.js";
export { resolvePath } from "./reference/resolve-path.js";
export { parsePathText } from "./reference/reference-text.js";

export { checkCondition } from "./condition/check-condition.js";
export type { Condition } from "./condition/check-condition.js";
export { buildActionGraph, plainGraph } from "./graph/action-graph.js";
export type { ActionGraph, ActionGraphInput, ActionGraphResult } from "./graph/action-graph.js";
export { EDGE_DATA, EDGE_ORDER, EDGE_SUPPLY } from "./graph/edge-list.js";
export { IndexHeap } from "./graph/index-heap.js";
export { effectKey, literalKeyOf } from "./graph/key-access.js";
export type { KeyAccess } from "./graph/key-access.js";
export { effectiveReversibility, mayAbort } from "./graph/reversibility.js";
export type { KeyConflict, LateSupply } from "./graph/state-edges.js";

export { actionProblems, misfit, unknownTool } from "./admission/action-problems.js";
export type { AdmissionInput, AdmittedTool } from "./admission/admission-input.js";
export { admissionProblems } from "./admission/admission-problems.js";
export { capabilityProblem } from "./admission/capability-problem.js";
export { proposedCompensation } from "./admission/compensation-problem.js";
export { denialReasons } from "./admission/denial-reasons.js";
export { lateProblems } from "./admission/late-problems.js";
export { sizeProblems } from "./admission/size-problems.js";

export { CarError, ERROR_CODES } from "./errors/car-error.js";
export type { ErrorCode } from "./errors/car-error.js";
export {
  ApprovalStoreFullError,
  ApprovalUnknownError,
  AttemptOverError,
  CheckpointInvalidError,
  ConfigInvalidError,
  EmbedderInvalidError,
  JsonInvalidError,
  LockCanceledError,
  LockTimeoutError,
  LogClosedError,
  LogFencedError,
  LogWriteError,
  McpFailedError,
  MemoryClosedError,
  MemoryCorruptError,
  MemoryInvalidError,
  MemoryLockedError,
  MemoryWriteError,
  NestedLockError,
  NoModelError,
  NotRecordedError,
  PayloadErasedError,
  RecordingInvalidError,
  RecordingMissedError,
  RecoveryRequiredError,
  RuntimeBusyError,
  RuntimeClosedError,
  RuntimeOverloadedError,
  RunUnknownError,
  SchemaInvalidError,
  StateHandleDeadError,
  StateKeyDeniedError,
  StateValueInvalidError,
  StoreClosedError,
  StoreCorruptError,
  StoreWriteError,
  ToolInvalidError,
} from "./errors/plain-errors.js";
export {
  AnswerInvalidError,
  InferenceFailedError,
  LogCorruptError,
  LogLockedError,
  McpPinError,
  PolicyDocumentInvalidError,
  problemText,
  ProposalInvalidError,
  RunUndecidedError,
  ToolError,
} from "./errors/detailed-errors.js";
export type {
  AnswerProblem,
  ErrorClass,
  InferenceFailure,
  InferenceFailureFacts,
  InputProblem,
  LogPlace,
  PolicyDocumentProblem,
  ToolErrorOptions,
} from "./errors/detailed-errors.js";
