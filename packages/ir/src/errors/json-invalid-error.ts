import { CarError } from "./car-error.js";

/** A value is not JSON (BigInt, cycle, NaN, function) or breaks a size or depth limit; `path` says where. */
export class JsonInvalidError extends CarError {
  readonly code = "CAR_JSON_INVALID";
  readonly path: string;

  constructor(path: string, message: string, options?: ErrorOptions) {
    super(path === "" ? message : `${path}: ${message}`, options);
    this.path = path;
  }
}
