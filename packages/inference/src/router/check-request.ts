import { InferenceFailedError } from "@car/ir";
import type { ClassifyRequest, EmbedRequest, InferenceRequest } from "@car/ir/ports";
import { INFERENCE_LIMITS } from "../limits.js";
import type { Need } from "./candidates.js";

/** What a question to a language model needs. */
export function needOf(method: "infer" | "stream", { model, intent, tools = [] }: InferenceRequest): Need {
  return { method, model, intent, tools: tools.length > 0 };
}

/** @throws `CAR_INFERENCE_FAILED` (`invalid_request`) when there is no message. */
export function checkInferRequest({ messages }: InferenceRequest): void {
  if (messages.length === 0) throw invalid("there are no messages");
}

/** @throws `CAR_INFERENCE_FAILED` (`invalid_request`) for too many texts, or what is no text. */
export function checkEmbedRequest({ texts }: EmbedRequest): void {
  if (texts.length > INFERENCE_LIMITS.maxTexts) throw invalid(`more than ${INFERENCE_LIMITS.maxTexts} texts`);
  if (!texts.every((text) => typeof text === "string")) throw invalid("`texts` are not all text");
}

/** @throws `CAR_INFERENCE_FAILED` (`invalid_request`) for no labels, too many, or one twice. */
export function checkClassifyRequest({ labels }: ClassifyRequest): void {
  if (labels.length === 0) throw invalid("there are no labels");
  if (labels.length > INFERENCE_LIMITS.maxTexts) throw invalid(`more than ${INFERENCE_LIMITS.maxTexts} labels`);
  if (new Set(labels).size !== labels.length) throw invalid("a label is there twice");
}

function invalid(message: string): InferenceFailedError {
  return new InferenceFailedError(message, { kind: "invalid_request" });
}
