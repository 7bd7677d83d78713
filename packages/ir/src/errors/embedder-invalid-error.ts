import { CarError } from "./car-error.js";

/** An embedder gave something that is no embedding: another dimension, NaN, or too few vectors. */
export class EmbedderInvalidError extends CarError {
  readonly code = "CAR_EMBEDDER_INVALID";
}
