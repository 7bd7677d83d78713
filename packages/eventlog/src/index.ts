export { memoryEventLog } from "./memory/memory-event-log.js";
export type { MemoryEventLog, MemoryEventLogOptions } from "./memory/memory-event-log.js";
export { verifyChain } from "./chain/verify-chain.js";
export type { VerifyChainOptions } from "./chain/verify-chain.js";
export type { ChainProblem, ChainProblemCode, ChainReport } from "./chain/chain-report.js";
export { signHead, verifyHead } from "./chain/head-signature.js";
export type { HeadSigner, HeadVerifier } from "./chain/head-signature.js";
export { anchorHash, eventHash, GENESIS_HASH } from "./chain/event-hash.js";
export type { Sha256 } from "./chain/event-hash.js";
export { redactEvents } from "./redact/redact-events.js";
export type { RedactOptions } from "./redact/redact-events.js";
export { COMMON_SECRET_KEYS } from "./redact/sensitive-keys.js";
export type { PayloadPath, SensitiveKeys } from "./redact/sensitive-keys.js";
export { replayState } from "./replay/replay-state.js";
export type { ReplayBase } from "./replay/replay-state.js";
export type { ReplayedState } from "./replay/replayed-state.js";
export { explainAction } from "./explain/explain-action.js";
export type { ExplainActionOptions } from "./explain/explain-action.js";
export type {
  ActionExplanation,
  ExplainedCause,
  ExplainedEvent,
  ExplainedOutcome,
} from "./explain/action-explanation.js";
export { describeEvent } from "./explain/describe-event.js";
export { toOtlp } from "./otlp/to-otlp.js";
export type { OtlpOptions } from "./otlp/to-otlp.js";
export type {
  OtlpAttribute,
  OtlpSpan,
  OtlpSpanEvent,
  OtlpStatusCode,
  OtlpTraces,
  OtlpValue,
} from "./otlp/otlp-types.js";
