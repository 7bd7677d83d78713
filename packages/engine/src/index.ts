export { createRuntime } from "./create-runtime.js";
export type { Approvals, ApprovePlanOptions } from "./approvals/approval-methods.js";
export type { RuntimeOptions } from "./runtime-options.js";
export type { ExecuteOptions, HostState, Runtime } from "./runtime.js";
export type { SubscribeOptions } from "./evidence/subscription.js";
export type { ReplanAttempt, ReplanOptions, ReplanResult, ReplanStop, ReplanTry } from "./replan/replan-options.js";
export type { Session, SessionExecuteOptions, SessionOptions } from "./session/session.js";
export type { LogLevel } from "./defaults/logger.js";
export { systemClock } from "./defaults/system-clock.js";
export { createRateLimits } from "./limits/rate-limits.js";
export type { RateLimits } from "./limits/rate-limits.js";
export { replayRuns } from "./replay/replay-runs.js";
export type { ReplayOptions } from "./replay/replay-runs.js";
export type { ReplayStart } from "./replay/log-steps.js";
export { replayDecisions } from "./replay/replay-decisions.js";
export type { ReplayDecisionsOptions } from "./replay/replay-decisions.js";
export type {
  ChangedDecision,
  DecisionsReport,
  Divergence,
  ReplayReport,
  SkippedRun,
  UndecidedDecision,
} from "./replay/replay-report.js";
export type { Checkpoint, SavedEntry, SavedReceipt } from "./checkpoint/checkpoint.js";
export { fork } from "./fork.js";
export type { ForkPoint } from "./fork.js";
export { diffLogs } from "./replay/diff-logs.js";
export type { LogDiff, LogDifference } from "./replay/diff-logs.js";
export { recordExecutor } from "./recording/record-executor.js";
export type { RecordedExecutor, RecordOptions, RedactParameters } from "./recording/record-executor.js";
export { replayExecutor } from "./recording/replay-executor.js";
export type { RecordedCall, ToolRecording } from "./recording/tool-recording.js";
export { defineTool } from "./define-tool.js";
export type { ParametersOf, ToolDefinition, ToolParameters } from "./define-tool.js";
export type { DurableParts, StoredReceipt } from "./recovery/durable-parts.js";
export type { InDoubtAction, InDoubtAnswer, OnInDoubt } from "./recovery/in-doubt.js";
export type { RecoveredRun, RecoverOptions, RecoveryReport } from "./recovery/recover.js";
