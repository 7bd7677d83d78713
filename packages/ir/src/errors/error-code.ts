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
  "CAR_LOG_CLOSED",
  "CAR_LOG_WRITE_FAILED",
  "CAR_LOG_CORRUPT",
  "CAR_LOG_PAYLOAD_ERASED",
  "CAR_LOG_LOCKED",
  "CAR_LOG_FENCED",
  "CAR_RECOVERY_REQUIRED",
  "CAR_RUNTIME_CLOSED",
  "CAR_RUNTIME_OVERLOADED",
  "CAR_MCP_FAILED",
] as const;

/** A stable name for one kind of failure. */
export type ErrorCode = (typeof ERROR_CODES)[number];
