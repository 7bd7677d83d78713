import type { AnswerProblem } from "@car/ir";
import type { Inference, InferenceCall, InferenceMessage, InferenceRequest, InferenceResponse } from "@car/ir/ports";
import { INFERENCE_LIMITS } from "../limits.js";

/** Either what the answer was good for, or what is wrong with it. */
export type Reading<T> = { readonly value: T } | { readonly problems: readonly AnswerProblem[] };

/** How an answer is asked for and read. */
export interface Repairing<T> {
  readonly request: InferenceRequest;
  readonly call?: InferenceCall | undefined;
  readonly read: (response: InferenceResponse) => Reading<T> | Promise<Reading<T>>;
  /** Rounds in which the model is told what is wrong. Default 1, at most 3. */
  readonly maxRepairs?: number | undefined;
}

/** The last answer and what it is good for. */
export interface Repaired<T> {
  readonly reading: Reading<T>;
  readonly response: InferenceResponse;
  /** Of all rounds. */
  readonly usage: InferenceResponse["usage"];
  readonly repairs: number;
}

/** Most of a wrong answer that is repeated to the model. */
const REPEATED_CHARS = 4_000;
const MAX_REPAIRS = 3;
const TOLD_PROBLEMS = 20;

/** Asks, and as long as the answer is wrong and rounds are left, tells the model what is wrong and asks again. */
export async function askRepairing<T>(model: Pick<Inference, "infer">, how: Repairing<T>): Promise<Repaired<T>> {
  const rounds = Math.min(MAX_REPAIRS, Math.max(0, how.maxRepairs ?? 1));
  let request = how.request;
  let usage = { input_tokens: 0, output_tokens: 0 };
  for (let repairs = 0; ; repairs++) {
    const response = await model.infer(request, how.call);
    usage = {
      input_tokens: usage.input_tokens + response.usage.input_tokens,
      output_tokens: usage.output_tokens + response.usage.output_tokens,
    };
    const reading = await how.read(response);
    if ("value" in reading || repairs >= rounds) return { reading, response, usage, repairs };
    // The model that made the mistake is the one that is told of it.
    request = {
      ...how.request,
      model: how.request.model ?? response.model,
      messages: told(how, response, reading.problems),
    };
  }
}

function told<T>(
  { request }: Repairing<T>,
  { text }: InferenceResponse,
  problems: readonly AnswerProblem[],
): readonly InferenceMessage[] {
  const list = problems.slice(0, TOLD_PROBLEMS).map((problem) => `- ${problemLine(problem)}`);
  const repeated = text.length <= REPEATED_CHARS ? text : `${text.slice(0, REPEATED_CHARS)}... (cut)`;
  const content = [
    "Your answer cannot be used:",
    ...list,
    "Answer again, whole and corrected, with nothing beside it.",
  ];
  return [
    ...request.messages,
    { role: "assistant", content: repeated === "" ? "(nothing)" : repeated },
    { role: "user", content: content.join("\n") },
  ];
}

function problemLine({ path, message }: AnswerProblem): string {
  const text = path === "" ? message : `${path}: ${message}`;
  return text.slice(0, INFERENCE_LIMITS.maxMessageChars);
}
