export { replayRuns } from "./replay-runs.js";
export type { ReplayOptions } from "./replay-runs.js";
export type { ReplayStart } from "./log-steps.js";
export { replayDecisions } from "./replay-decisions.js";
export type { ReplayDecisionsOptions } from "./replay-decisions.js";
export type {
  ChangedDecision,
  DecisionsReport,
  Divergence,
  ReplayReport,
  SkippedRun,
  UndecidedDecision,
} from "./replay-report.js";
export { diffLogs } from "./diff-logs.js";
export type { LogDiff, LogDifference } from "./diff-logs.js";
export { recordExecutor } from "../recording/record-executor.js";
export type { RecordedExecutor, RecordOptions, RedactParameters } from "../recording/record-executor.js";
export { replayExecutor } from "../recording/replay-executor.js";
export type { RecordedCall, ToolRecording } from "../recording/tool-recording.js";
