export { checkSerializable } from "./check-serializable.js";
export type { SerializabilityOptions, SerializabilityReport } from "./check-serializable.js";
export { historyRecorder } from "./history-recorder.js";
export type { HistoryRecorder, HistoryRecorderOptions } from "./history-recorder.js";
export type {
  Anomaly,
  Dependency,
  RecordedOperation,
  RecordedRun,
  SerializabilityProblem,
} from "./recorded-history.js";
