export type { Clock, RandomSource, Timer } from "./clock.js";
export type { IdSource } from "./id-source.js";
export type { Logger } from "./logger.js";
export type { Lease, LockOwner, LockRequest, LockWait, StateCommit, StateStore, StateView } from "./state-store.js";
export type { DraftOf, EventDraft, EventLog, FlushReason, LogHead, ReadOptions, RunScope } from "./event-log.js";
export { ALLOW } from "./policy-engine.js";
export type {
  Decision,
  PolicyEngine,
  PolicyReason,
  PolicyRequest,
  PolicyStateView,
  ShadowDecision,
} from "./policy-engine.js";
export type {
  LabelOrigin,
  PlanFinding,
  PolicyFlow,
  PolicyHistory,
  PolicyPlan,
  Provenance,
  ProvenanceOptions,
  ValueSource,
} from "./policy-flow.js";
export type { CompiledSchema, SchemaCompiler, SchemaProblem } from "./schema-compiler.js";
export type {
  Executor,
  ExecutorCall,
  Probe,
  ProbeAnswer,
  ProbeContext,
  Tool,
  ToolContext,
  ToolExecute,
  ToolState,
} from "./tool.js";
export type { ApprovalAnswer, ApprovalRequest, Approver, ParameterOrigin } from "./approver.js";
export type {
  ApprovalDecision,
  ApprovalGrant,
  ApprovalLookup,
  ApprovalQuery,
  ApprovalStore,
  StoredApprovalRequest,
} from "./approval-store.js";
export type {
  Inference,
  InferenceMessage,
  InferenceRequest,
  InferenceResponse,
  InferenceToolCall,
} from "./inference.js";
export type { Memory, MemoryContext, MemoryItem, MemoryLesson, MemoryTurn, RecallOptions } from "./memory.js";
export type { Embedder } from "./embedder.js";
export type {
  ClassifyRequest,
  ClassifyResponse,
  EmbedRequest,
  EmbedResponse,
  InferenceCall,
  InferenceChunk,
  InferenceIntent,
  InferenceProvider,
  ModelInfo,
} from "./inference-provider.js";
