export type { JsonArray, JsonObject, JsonValue } from "./json/json-value.js";
export { setOwn } from "./json/set-own.js";
export { jsonEqual } from "./json/json-equal.js";
export { canonicalJson } from "./json/canonical-json.js";
export { copyJson } from "./json/copy-json.js";
export type { CopyLimits } from "./json/copy-json.js";
export { memoryBytes } from "./json/memory-bytes.js";
export { jsonExcess } from "./json/json-excess.js";
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
export { isParsedProposal, proposalFacts, proposalHash } from "./proposal/parsed-proposals.js";
export { RateLimit, ToolEffect, ToolSchema } from "./tool/tool-schema.js";
export type { ToolSchemaInput } from "./tool/tool-schema.js";
export { parseToolSchema } from "./tool/parse-tool-schema.js";
export { Budget } from "./config/budget.js";
export type { BudgetInput } from "./config/budget.js";
export { Capabilities } from "./config/capabilities.js";
export { DEFAULT_LIMITS, Limits } from "./config/limits.js";
export type { LimitsInput } from "./config/limits.js";
export { parseConfig } from "./config/parse-config.js";

export { ReasonCode } from "./result/reason.js";
export type { Reason } from "./result/reason.js";
export type { ActionResult, ActionStatus } from "./result/action-result.js";
export type { CostSummary, ExternalEffects, ProposalResult, ProposalStatus } from "./result/proposal-result.js";

export { EVENT_KINDS } from "./event/event-kind.js";
export type { EventKind } from "./event/event-kind.js";
export type { CarEvent, LiveEvent } from "./event/car-event.js";
export { eventOf } from "./event/event-of.js";
export { parentSpanOf, spanIdOf, traceparentOf } from "./event/span-id.js";
export type {
  ActionEndedData,
  ActionSucceededData,
  CheckpointRestoredData,
  CheckpointSavedData,
  ConfigChangedData,
  LoggedConfig,
  ModelFallbackData,
  ProposalCompletedData,
  ProposalReceivedData,
  ProposalRejectedData,
  ReplacedRun,
  ReplanExhaustedData,
  ReplanRequestedData,
  ReplanSucceededData,
  StateChangedData,
  StateRollbackData,
  StateSnapshotData,
  Transition,
} from "./event/event-data.js";

export { joinLabels, labelSet, NO_LABELS, withoutLabels } from "./flow/labels.js";
export type { LabelSet } from "./flow/labels.js";
export { buildPolicyPlan } from "./flow/policy-plan.js";
export type { PolicyPlanInput } from "./flow/policy-plan.js";
export { literalLabels } from "./flow/flow-source.js";
export type { FlowSource } from "./flow/flow-source.js";
export { parameterReferences } from "./flow/parameter-references.js";
export type { ParameterReferences } from "./flow/parameter-references.js";
export { sourceLabels } from "./flow/source-labels.js";
export { applyWrite, trustedValue } from "./state/state-entry.js";
export type { EntryWrite, Origin, StateEntry, TrustedValue } from "./state/state-entry.js";
export { isPrefixPattern, matchesKey, patternsOverlap } from "./state/key-pattern.js";

export { compileTemplate, referencesIn } from "./reference/template.js";
export type { Reference, Template } from "./reference/template.js";
export type { Resolution } from "./reference/fill-node.js";
export { escapeReferences } from "./reference/escape-references.js";
export { resolveOutputTemplate } from "./reference/output-template.js";
export type { OutputScope } from "./reference/output-template.js";
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

export { CarError } from "./errors/car-error.js";
export { ERROR_CODES } from "./errors/error-code.js";
export type { ErrorCode } from "./errors/error-code.js";
export { CheckpointInvalidError } from "./errors/checkpoint-invalid-error.js";
export { ConfigInvalidError } from "./errors/config-invalid-error.js";
export { JsonInvalidError } from "./errors/json-invalid-error.js";
export { LockCanceledError, LockTimeoutError, NestedLockError } from "./errors/lock-error.js";
export { LogClosedError } from "./errors/log-closed-error.js";
export { LogCorruptError } from "./errors/log-corrupt-error.js";
export type { LogPlace } from "./errors/log-corrupt-error.js";
export { LogFencedError } from "./errors/log-fenced-error.js";
export { LogLockedError } from "./errors/log-locked-error.js";
export { LogWriteError } from "./errors/log-write-error.js";
export { RecoveryRequiredError } from "./errors/recovery-required-error.js";
export { EmbedderInvalidError } from "./errors/embedder-invalid-error.js";
export { MemoryClosedError } from "./errors/memory-closed-error.js";
export { MemoryCorruptError } from "./errors/memory-corrupt-error.js";
export { MemoryInvalidError } from "./errors/memory-invalid-error.js";
export { MemoryLockedError } from "./errors/memory-locked-error.js";
export { MemoryWriteError } from "./errors/memory-write-error.js";
export { PayloadErasedError } from "./errors/payload-erased-error.js";
export { McpFailedError } from "./errors/mcp-failed-error.js";
export { McpPinError } from "./errors/mcp-pin-error.js";
export { PolicyDocumentInvalidError } from "./errors/policy-document-invalid-error.js";
export type { PolicyDocumentProblem } from "./errors/policy-document-invalid-error.js";
export { problemText, ProposalInvalidError } from "./errors/proposal-invalid-error.js";
export type { InputProblem } from "./errors/proposal-invalid-error.js";
export { RecordingInvalidError } from "./errors/recording-invalid-error.js";
export { RecordingMissedError } from "./errors/recording-missed-error.js";
export { RuntimeBusyError } from "./errors/runtime-busy-error.js";
export { AnswerInvalidError } from "./errors/answer-invalid-error.js";
export type { AnswerProblem } from "./errors/answer-invalid-error.js";
export { InferenceFailedError } from "./errors/inference-failed-error.js";
export type { InferenceFailure, InferenceFailureFacts } from "./errors/inference-failed-error.js";
export { NoModelError } from "./errors/no-model-error.js";
export { NotRecordedError } from "./errors/not-recorded-error.js";
export { RuntimeClosedError } from "./errors/runtime-closed-error.js";
export { RuntimeOverloadedError } from "./errors/runtime-overloaded-error.js";
export { SchemaInvalidError } from "./errors/schema-invalid-error.js";
export { StateHandleDeadError, StateKeyDeniedError, StateValueInvalidError } from "./errors/state-error.js";
export { ApprovalStoreFullError, ApprovalUnknownError } from "./errors/approval-error.js";
export { RunUndecidedError } from "./errors/run-undecided-error.js";
export { RunUnknownError } from "./errors/run-unknown-error.js";
export { StoreClosedError } from "./errors/store-closed-error.js";
export { StoreCorruptError } from "./errors/store-corrupt-error.js";
export { StoreWriteError } from "./errors/store-write-error.js";
export { ToolError } from "./errors/tool-error.js";
export type { ErrorClass, ToolErrorOptions } from "./errors/tool-error.js";
export { ToolInvalidError } from "./errors/tool-invalid-error.js";
