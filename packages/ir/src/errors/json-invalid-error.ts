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
