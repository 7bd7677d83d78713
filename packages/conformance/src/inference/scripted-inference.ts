import type { Inference, InferenceRequest, InferenceResponse } from "@car/ir/ports";

/**
 * One answer of a scripted model. Text is a final answer; of a response what is left out is filled in (no text, no usage,
 * `finish_reason` as it follows from `tool_calls`); a function is called with the request, and what it returns is
 * given as it is, whatever it is: it may throw, never settle, or look at the signal.
 */
export type ScriptedAnswer =
  | string
  | Partial<InferenceResponse>
  | ((request: InferenceRequest, options: { readonly signal?: AbortSignal }) => unknown);

/** A model that says what its script says. */
export interface ScriptedInference extends Inference {
  /** What it was asked so far. */
  readonly requests: readonly InferenceRequest[];
}

/** A model that answers the first request with the first answer, and so on. One request more is rejected with an `Error`. */
export function scriptedInference(answers: readonly ScriptedAnswer[]): ScriptedInference {
  const requests: InferenceRequest[] = [];
  return {
    requests,
    async infer(request, options = {}) {
      const answer = answers[requests.push(request) - 1];
      if (answer === undefined) throw new Error(`the script has no answer ${requests.length}`);
      if (typeof answer === "function") return (await answer(request, options)) as InferenceResponse;
      return completed(typeof answer === "string" ? { text: answer } : answer);
    },
  };
}

function completed(answer: Partial<InferenceResponse>): InferenceResponse {
  return {
    text: "",
    usage: { input_tokens: 0, output_tokens: 0 },
    model: "scripted",
    finish_reason: (answer.tool_calls?.length ?? 0) > 0 ? "tool_calls" : "stop",
    ...answer,
  };
}
