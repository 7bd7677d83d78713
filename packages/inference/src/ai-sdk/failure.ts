import { type CarError, InferenceFailedError } from "@car/ir";
import { failureOf, type ThrownBy } from "../failure/failure-of.js";
import { failureOfStatus } from "../failure/failure-of-status.js";
import { redact } from "../failure/redact.js";
import { fieldsOf } from "./read-answer.js";

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
  return failureOfStatus({
    status: statusCode,
    text: typeof responseBody === "string" && responseBody !== "" ? responseBody : text,
    retryAfter: retryAfterOf(responseHeaders),
    model: by.model,
  });
}

function retryAfterOf(headers: unknown): string | undefined {
  const value = fieldsOf(headers)["retry-after"];
  return typeof value === "string" ? value : undefined;
}
