/** Every code a thrown error of this project can carry. Outcomes of actions carry a `ReasonCode` instead. */
export const ERROR_CODES = [
  "CAR_PROPOSAL_INVALID",
  "CAR_JSON_INVALID",
  "CAR_TOOL_INVALID",
  "CAR_TOOL_FAILED",
  "CAR_SCHEMA_INVALID",
  "CAR_POLICY_DOCUMENT_INVALID",
  "CAR_CONFIG_INVALID",
  "CAR_LOCK_TIMEOUT",
  "CAR_LOCK_NESTED",
  "CAR_LOCK_CANCELED",
  "CAR_STATE_VALUE_INVALID",
  "CAR_STATE_KEY_DENIED",
  "CAR_STATE_HANDLE_DEAD",
  "CAR_STORE_CLOSED",
  "CAR_STORE_WRITE_FAILED",
  "CAR_STORE_CORRUPT",
  "CAR_LOG_CLOSED",
  "CAR_LOG_WRITE_FAILED",
  "CAR_LOG_CORRUPT",
  "CAR_LOG_PAYLOAD_ERASED",
  "CAR_LOG_LOCKED",
  "CAR_LOG_FENCED",
  "CAR_RECOVERY_REQUIRED",
  "CAR_RUNTIME_CLOSED",
  "CAR_RUNTIME_OVERLOADED",
  "CAR_RUNTIME_BUSY",
  "CAR_RUN_UNKNOWN",
  "CAR_UNDO_REFUSED",
  "CAR_RUN_UNDECIDED",
  "CAR_ATTEMPT_OVER",
  "CAR_APPROVAL_UNKNOWN",
  "CAR_APPROVAL_STORE_FULL",
  "CAR_RECORDING_MISSED",
  "CAR_RECORDING_INVALID",
  "CAR_CHECKPOINT_INVALID",
  "CAR_MCP_FAILED",
  "CAR_MCP_PIN_MISMATCH",
  "CAR_MEMORY_INVALID",
  "CAR_MEMORY_CLOSED",
  "CAR_MEMORY_LOCKED",
  "CAR_MEMORY_CORRUPT",
  "CAR_MEMORY_WRITE_FAILED",
  "CAR_EMBEDDER_INVALID",
  "CAR_INFERENCE_FAILED",
  "CAR_INFERENCE_NO_MODEL",
  "CAR_INFERENCE_ANSWER_INVALID",
  "CAR_INFERENCE_NOT_RECORDED",
] as const;

/** A stable name for one kind of failure. */
export type ErrorCode = (typeof ERROR_CODES)[number];

const MARKER = Symbol.for("car.error");

/**
 * Base of every error this project throws. Match on `code`; it is stable within a major version.
 * `message` is for people and may change in any release.
 */
export abstract class CarError extends Error {
  abstract readonly code: ErrorCode;
  readonly [MARKER] = true;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }

  /** True for errors of any installed copy of `@car/ir`; use it instead of `instanceof`. */
  static isInstance(value: unknown): value is CarError {
    return typeof value === "object" && value !== null && MARKER in value;
  }
}
