import type { ErrorCode } from "./error-code.js";

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
