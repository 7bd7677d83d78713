import { CarError } from "./car-error.js";

/** A tool's parameters or returns are not a valid JSON Schema; the message says where. */
export class SchemaInvalidError extends CarError {
  readonly code = "CAR_SCHEMA_INVALID";
}
