// The errors that have said all with a code, a message and at most one fact, in the order of `ERROR_CODES`.
import { CarError } from "./car-error.js";

/** A value is not JSON (BigInt, cycle, NaN, function) or breaks a size or depth limit; `path` says where. */
export class JsonInvalidError extends CarError {
  readonly code = "CAR_JSON_INVALID";
  readonly path: string;
  /** The message without the path. */
  readonly detail: string;

  constructor(path: string, detail: string, options?: ErrorOptions) {
    super(path === "" ? detail : `${path}: ${detail}`, options);
    this.path = path;
    this.detail = detail;
  }
}

/** A tool cannot be registered as it is written; the message names the tool and the field. */
export class ToolInvalidError extends CarError {
  readonly code = "CAR_TOOL_INVALID";
}

/** A tool's parameters or returns are not a valid JSON Schema; the message says where. */
export class SchemaInvalidError extends CarError {
  readonly code = "CAR_SCHEMA_INVALID";
}

/** An option given to a constructor is wrong; the message names the option and what it may be. */
export class ConfigInvalidError extends CarError {
  readonly code = "CAR_CONFIG_INVALID";
}

/** A lock was waited for longer than allowed. The message names the keys, not their values. */
export class LockTimeoutError extends CarError {
  readonly code = "CAR_LOCK_TIMEOUT";
}

/** A child run asked for a key that one of its ancestors holds. Waiting would never end, so it fails at once. */
export class NestedLockError extends CarError {
  readonly code = "CAR_LOCK_NESTED";
  readonly keys: readonly string[];

  constructor(keys: readonly string[]) {
    super(`an ancestor run holds ${keys.map((key) => `\`${key}\``).join(", ")}`);
    this.keys = keys;
  }
}

/** A waiter withdrew before it got its locks. */
export class LockCanceledError extends CarError {
  readonly code = "CAR_LOCK_CANCELED";
}

/** A value offered to the state is not JSON, or too large. */
export class StateValueInvalidError extends CarError {
  readonly code = "CAR_STATE_VALUE_INVALID";
}

/** A tool's state handle was asked for a key that neither the tool nor its action declared, or that no capability covers. */
export class StateKeyDeniedError extends CarError {
  readonly code = "CAR_STATE_KEY_DENIED";
  readonly key: string;

  constructor(key: string, why: string) {
    super(`key \`${key}\` ${why}`);
    this.key = key;
  }
}

/** A tool's state handle was used after its attempt had ended (timeout, cancel, or simply returned). */
export class StateHandleDeadError extends CarError {
  readonly code = "CAR_STATE_HANDLE_DEAD";
}

/** The state store was used after `close()`. */
export class StoreClosedError extends CarError {
  readonly code = "CAR_STORE_CLOSED";
}

/** The state store's medium refused a commit (`cause` says why). Nothing of the commit was applied. */
export class StoreWriteError extends CarError {
  readonly code = "CAR_STORE_WRITE_FAILED";
}

/** What a durable state store kept is not as it was written. Nothing was changed; restore the file. */
export class StoreCorruptError extends CarError {
  readonly code = "CAR_STORE_CORRUPT";
}

/** The event log was used after `close()`. */
export class LogClosedError extends CarError {
  readonly code = "CAR_LOG_CLOSED";
}

/** The log's medium refused a write (`cause` says why). Nothing after the last whole event is kept. */
export class LogWriteError extends CarError {
  readonly code = "CAR_LOG_WRITE_FAILED";
}

/** A replay needs a payload that was erased, or that the log shows only redacted. */
export class PayloadErasedError extends CarError {
  readonly code = "CAR_LOG_PAYLOAD_ERASED";
  /** Sequence of the event. */
  readonly seq: number;

  constructor(seq: number) {
    super(`payload_erased: the payload of event ${seq} is gone or redacted`);
    this.seq = seq;
  }
}

/** Another process took the log over while this one was taken for dead. What was not confirmed before may be lost. */
export class LogFencedError extends CarError {
  readonly code = "CAR_LOG_FENCED";
}

/** The log holds runs that an earlier process did not finish; `recover()` decides about them before anything else runs. */
export class RecoveryRequiredError extends CarError {
  readonly code = "CAR_RECOVERY_REQUIRED";
}

/** `execute` or a registration was called on a runtime that is closing or closed. */
export class RuntimeClosedError extends CarError {
  readonly code = "CAR_RUNTIME_CLOSED";
}

/** More runs are open than `limits.max_open_runs` allows, or child runs are nested deeper than `limits.max_run_depth`. */
export class RuntimeOverloadedError extends CarError {
  readonly code = "CAR_RUNTIME_OVERLOADED";
}

/** Something that needs a runtime, or its store, for itself was asked for while a run is open. */
export class RuntimeBusyError extends CarError {
  readonly code = "CAR_RUNTIME_BUSY";
}

/** No run has the id, of those that were looked for: no suspended one of this runtime, or none at all in its log. */
export class RunUnknownError extends CarError {
  readonly code = "CAR_RUN_UNKNOWN";
}

/** A run cannot be undone: it did not commit, is being undone, or nothing of it is left to undo. The message says which. */
export class UndoRefusedError extends CarError {
  readonly code = "CAR_UNDO_REFUSED";
}

/** The call whose context was used is over, or was told to stop: nothing can be started with it any more. */
export class AttemptOverError extends CarError {
  readonly code = "CAR_ATTEMPT_OVER";
}

/** A request for approval that is answered is unknown, has expired, or has been answered. Nothing was changed. */
export class ApprovalUnknownError extends CarError {
  readonly code = "CAR_APPROVAL_UNKNOWN";
}

/** The approval store holds as many open requests as it may. Answer some, or let them expire. */
export class ApprovalStoreFullError extends CarError {
  readonly code = "CAR_APPROVAL_STORE_FULL";
}

/** A call that no recording has. It was not made: whoever replays never goes live. */
export class RecordingMissedError extends CarError {
  readonly code = "CAR_RECORDING_MISSED";
  readonly tool: string;

  constructor(tool: string, message: string) {
    super(message);
    this.tool = tool;
  }
}

/** A recording of calls is none, has another version, or was changed. */
export class RecordingInvalidError extends CarError {
  readonly code = "CAR_RECORDING_INVALID";
}

/** A checkpoint is none, has another version, is cut off, or was changed. Nothing was restored. */
export class CheckpointInvalidError extends CarError {
  readonly code = "CAR_CHECKPOINT_INVALID";
}

/**
 * An MCP server could not be started, is gone, did not answer in time, or answered something that is not MCP. The
 * message says which; `cause` is the client library's own error.
 */
export class McpFailedError extends CarError {
  readonly code = "CAR_MCP_FAILED";
}

/** Something offered to a memory cannot be kept as it is (not JSON, too large, an unknown id or kind); nothing was changed. */
export class MemoryInvalidError extends CarError {
  readonly code = "CAR_MEMORY_INVALID";
}

/** A memory was used after `close()`. */
export class MemoryClosedError extends CarError {
  readonly code = "CAR_MEMORY_CLOSED";
}

/** Another writer holds the memory's files; the message names it. */
export class MemoryLockedError extends CarError {
  readonly code = "CAR_MEMORY_LOCKED";
}

/** A stored memory does not read back; the message names the file and the line. */
export class MemoryCorruptError extends CarError {
  readonly code = "CAR_MEMORY_CORRUPT";
}

/** The memory's medium refused a write (`cause` says why). What was flushed before is kept. */
export class MemoryWriteError extends CarError {
  readonly code = "CAR_MEMORY_WRITE_FAILED";
}

/** An embedder gave something that is no embedding: another dimension, NaN, or too few vectors. */
export class EmbedderInvalidError extends CarError {
  readonly code = "CAR_EMBEDDER_INVALID";
}

/** No model can do what was asked, or none has the name that was asked for; the message says what to install or which there are. */
export class NoModelError extends CarError {
  readonly code = "CAR_INFERENCE_NO_MODEL";
  readonly class = "not_found";
}

/** A scripted or replaying model was asked something that its script or recording does not hold. Nothing live was asked. */
export class NotRecordedError extends CarError {
  readonly code = "CAR_INFERENCE_NOT_RECORDED";
  readonly class = "terminal";
}
