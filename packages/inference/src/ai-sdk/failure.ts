import { type CarError, InferenceFailedError } from "@car/ir";
import { failureOf, type ThrownBy } from "../failure/failure-of.js";
import { redact } from "../failure/redact.js";
import { type HeadersLike } from "../failure/retry-after.js";
import { serviceFailure } from "../failure/service-failure.js";
import { fieldsOf } from "../http/fields-of.js";

/**
 * What an AI SDK model threw. Its `APICallError` carries headers, address and request: only status and message are
 * taken over.
 */
export function aiSdkFailure(error: unknown, by: ThrownBy): CarError {
  const { name, statusCode, responseBody, responseHeaders, message } = fieldsOf(error);
  if (by.call?.signal?.aborted === true || typeof name !== "string") return failureOf(error, by);
  const text = typeof message === "string" ? message : "";
  if (name === "AI_LoadAPIKeyError" || name === "AI_NoSuchModelError") {
    return new InferenceFailedError(`model \`${by.model}\`: ${redact(text)}`, { kind: "account", model: by.model });
  }
  if (typeof statusCode !== "number") return failureOf(error, by);
  return serviceFailure({
    status: statusCode,
    said: typeof responseBody === "string" && responseBody !== "" ? responseBody : text,
    headers: headersOf(responseHeaders),
    model: by.model,
  });
}

function headersOf(headers: unknown): HeadersLike {
  const byName = Object.entries(fieldsOf(headers)).map(([name, value]) => [name.toLowerCase(), value] as const);
  const known = new Map(byName);
  return {
    get(name) {
      const value = known.get(name);
      return typeof value === "string" ? value : null;
    },
  };
}
