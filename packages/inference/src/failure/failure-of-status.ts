import { InferenceFailedError, type InferenceFailure } from "@car/ir";
import { redact } from "./redact.js";

/** What a provider said over HTTP. */
export interface HttpFailure {
  readonly status: number;
  /** The body, or the message in it. */
  readonly text: string;
  /** `Retry-After`: seconds. Dates are not read, as nothing here has a calendar. */
  readonly retryAfter?: string | null | undefined;
  readonly model: string;
  readonly secrets?: readonly string[];
}

/** The error that an HTTP status other than 2xx means. */
export function failureOfStatus({ status, text, retryAfter, model, secrets }: HttpFailure): InferenceFailedError {
  const kind = kindOf(status, text);
  const seconds = retryAfter == null || retryAfter === "" ? NaN : Number(retryAfter);
  const said = redact(text, secrets);
  return new InferenceFailedError(`model \`${model}\`: HTTP ${status}${said === "" ? "" : `: ${said}`}`, {
    kind,
    model,
    retryAfterMs: Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined,
  });
}

const REFUSAL = /content_filter|content_policy|content management policy|responsible_?ai|safety_block|"refusal"/i;
const NO_QUOTA = /insufficient_quota|billing|exceeded your current quota|credit/i;

function kindOf(status: number, text: string): InferenceFailure {
  if (status === 429) return NO_QUOTA.test(text) ? "account" : "rate_limited";
  if (status === 408 || status === 504) return "timeout";
  if ([401, 402, 403, 404].includes(status)) return REFUSAL.test(text) ? "refused" : "account";
  if (status >= 500 || status < 400 || status === 409 || status === 425) return "unavailable";
  return REFUSAL.test(text) ? "refused" : "invalid_request";
}
