import { CarError } from "./car-error.js";
import type { ErrorClass } from "./tool-error.js";

/**
 * What went wrong with one call of a model.
 * - `refused`: the provider will not answer this content. Another model is not asked.
 * - `account`: key, quota, rights or the model's name; says nothing about how well the model works.
 * - `rate_limited`: too many calls; `retryAfterMs` when the provider says it.
 * - `unavailable`: no connection, or the provider failed.
 * - `timeout`: no answer in time.
 * - `invalid_request`: the provider does not take this request.
 * - `bad_answer`: something came back that is no answer, or too large.
 * - `canceled`: by the caller's signal.
 */
export type InferenceFailure =
  "refused" | "account" | "rate_limited" | "unavailable" | "timeout" | "invalid_request" | "bad_answer" | "canceled";

/** Facts about a failed call. */
export interface InferenceFailureFacts {
  readonly kind: InferenceFailure;
  readonly model?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

const CLASSES: Readonly<Record<InferenceFailure, ErrorClass>> = {
  refused: "denied",
  account: "terminal",
  rate_limited: "transient",
  unavailable: "transient",
  timeout: "timeout",
  invalid_request: "invalid",
  bad_answer: "transient",
  canceled: "canceled",
};

/** A model did not answer. The message holds no key; the provider's own error is not attached, because it may. */
export class InferenceFailedError extends CarError {
  readonly code = "CAR_INFERENCE_FAILED";
  readonly kind: InferenceFailure;
  /** What the engine reads to know whether another attempt is worth it. */
  readonly class: ErrorClass;
  readonly model: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, facts: InferenceFailureFacts) {
    super(message);
    this.kind = facts.kind;
    this.class = CLASSES[facts.kind];
    this.model = facts.model;
    this.retryAfterMs = facts.retryAfterMs;
  }
}
