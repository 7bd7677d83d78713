import { CarError } from "./car-error.js";

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
