import { CarError } from "./car-error.js";

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

/** A value offered to the state is not JSON, or too large. */
export class StateValueInvalidError extends CarError {
  readonly code = "CAR_STATE_VALUE_INVALID";
}
