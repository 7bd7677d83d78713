import type { JsonObject } from "../json/json-value.js";
import type { InferenceFailure } from "../errors/detailed-errors.js";

/** Payload of `model_fallback`. */
export type ModelFallbackData = {
  /** What was asked for. */
  readonly capability: "infer" | "stream" | "embed" | "classify";
  /** Id of the model that could not answer. */
  readonly from: string;
  /** Id of the model that is asked next. */
  readonly to: string;
  /** What went wrong, as `kind` of `InferenceFailedError`; `no_model` when the first turned out not to have the ability. */
  readonly kind: InferenceFailure | "no_model";
  /** What the failed model said, without secrets. */
  readonly message: string;
  /** What the caller said about itself. */
  readonly caller?: JsonObject;
};
