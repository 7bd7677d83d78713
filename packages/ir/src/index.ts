export type { JsonArray, JsonObject, JsonValue } from "./json/json-value.js";
export { jsonEqual } from "./json/json-equal.js";
export { canonicalJson } from "./json/canonical-json.js";
export { parseJsonText } from "./json/parse-json-text.js";
export { contentHash, sha256Hex } from "./hash/content-hash.js";

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
export { proposalHash } from "./proposal/parsed-proposals.js";
export { BeforeImage, RateLimit, ToolEffect, ToolSchema } from "./tool/tool-schema.js";
export type { ToolSchemaInput } from "./tool/tool-schema.js";
export { parseToolSchema } from "./tool/parse-tool-schema.js";
export { Budget } from "./config/budget.js";
export type { BudgetInput } from "./config/budget.js";
export { Capabilities } from "./config/capabilities.js";
export { DEFAULT_LIMITS, Limits } from "./config/limits.js";
export type { LimitsInput } from "./config/limits.js";

export { ReasonCode } from "./result/reason.js";
export type { Reason } from "./result/reason.js";
export type { ActionResult, ActionStatus } from "./result/action-result.js";
export type { CostSummary, ExternalEffects, ProposalResult, ProposalStatus } from "./result/proposal-result.js";

export { EVENT_KINDS } from "./event/event-kind.js";
export { LazyPayload } from "./event/lazy-payload.js";
export type { EventKind } from "./event/event-kind.js";
export type { CarEvent, EventEnvelope, EventOf, LiveEvent, LiveEventOf } from "./event/car-event.js";
export { eventFromLog, jsonOfEvent, payloadOf } from "./event/payload-of.js";
export { eventOf } from "./event/event-of.js";
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
export type { UndoCompletedData } from "./event/compensation-events.js";
export type { ActionProbedData, ImageReadData } from "./event/image-events.js";
export type { ModelFallbackData } from "./event/model-events.js";
export type { SessionOpenedData, SessionToldData } from "./event/session-events.js";

export type { LabelSet } from "./flow/labels.js";
export { applyWrite, trustedValue } from "./state/state-entry.js";
export type { EntryWrite, Origin, StateEntry, TrustedValue } from "./state/state-entry.js";
export { matchesKey, patternsOverlap } from "./state/key-pattern.js";

export { compileTemplate, referencesIn } from "./reference/template.js";
export type { Reference, Template } from "./reference/template.js";
export type { Resolution } from "./reference/fill-node.js";
export { escapeReferences } from "./reference/escape-references.js";

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
  UndoRefusedError,
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
  ModelLack,
  InferenceFailureFacts,
  InputProblem,
  LogPlace,
  PolicyDocumentProblem,
  ToolErrorOptions,
} from "./errors/detailed-errors.js";
