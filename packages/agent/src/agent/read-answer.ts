import { finishReasonOf, isWholeAnswer, wellFormed } from "@car/ir/internal";
import type { InferenceResponse } from "@car/ir/ports";
import { clipText } from "../model/clip-text.js";

/** A call as a model made it; what is in it is not checked yet. */
export interface RawCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: unknown;
  readonly extra?: unknown;
}

/** A model's answer, checked against the port. */
export interface Answer {
  readonly text: string;
  readonly calls: readonly RawCall[];
  readonly usage: InferenceResponse["usage"];
  /** `stop` where an answer in one piece does not say why it ended. */
  readonly finishReason: string;
}

/** Whether nothing of an answer is missing. One that ended because it calls tools, and has no call, has lost them. */
export function isWhole({ finishReason, calls }: Answer): boolean {
  return isWholeAnswer(finishReason) && (calls.length > 0 || finishReasonOf(finishReason) !== "tool_calls");
}

/** Ids and names of calls that are longer are nobody's. */
const MAX_NAME_CHARS = 1_000;

/**
 * Reads what an implementation of `Inference` gave back; a model is foreign code and may give anything.
 * @throws an error that says what of the port's form is missing, or whatever reading the value throws.
 */
export function readAnswer(value: unknown, maxTextChars: number): Answer {
  const response = fieldsOf(value, "the answer");
  const { text, tool_calls: calls = [], usage, finish_reason: finishReason } = response;
  if (typeof text !== "string") throw new Error("the model's answer has no `text`");
  if (!Array.isArray(calls)) throw new Error("the answer's `tool_calls` are not a list");
  const counts = fieldsOf(usage, "`usage`");
  return {
    text: wellFormed(clipText(text, maxTextChars)),
    calls: calls.map((call: unknown, index) => readCall(call, `\`tool_calls[${index}]\``)),
    usage: {
      input_tokens: countOf(counts["input_tokens"], "input_tokens"),
      output_tokens: countOf(counts["output_tokens"], "output_tokens"),
    },
    finishReason: typeof finishReason === "string" && finishReason !== "" ? finishReason : "stop",
  };
}

function readCall(value: unknown, what: string): RawCall {
  const { id, name, arguments: input, extra } = fieldsOf(value, what);
  for (const [field, text] of [
    ["id", id],
    ["name", name],
  ] as const) {
    if (typeof text !== "string" || text.length > MAX_NAME_CHARS) throw new Error(`${what} has no usable \`${field}\``);
  }
  return { id: wellFormed(id as string), name: wellFormed(name as string), arguments: input, extra };
}

function fieldsOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw new Error(`${what} of the model is not an object`);
}

function countOf(value: unknown, name: string): number {
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return value;
  throw new Error(`the model's \`usage.${name}\` is not a count`);
}
