import type { InferenceChunk, InferenceResponse } from "@car/ir/ports";
import { badAnswer } from "../failure/failure-of.js";
import { INFERENCE_LIMITS } from "../limits.js";
import { checkCalls, checkResponse } from "./check-response.js";

/** Puts a streamed answer together; what it takes is bounded as it comes, not only at the end. */
export interface AnswerBuilder {
  usage: InferenceResponse["usage"] | undefined;
  finish: string | undefined;
  /** The chunk to pass on. @throws `CAR_INFERENCE_FAILED` (`bad_answer`) when the answer gets too long. */
  text(delta: string): InferenceChunk;
  /** @throws `CAR_INFERENCE_FAILED` (`bad_answer`) for what is no call, or one too many. */
  call(value: unknown): InferenceChunk;
  /** The last chunk, which holds the whole answer. */
  end(): InferenceChunk;
}

/** Starts an empty answer of `model`. */
export function answerBuilder(model: string): AnswerBuilder {
  const texts: string[] = [];
  const calls: unknown[] = [];
  let length = 0;
  return {
    usage: undefined,
    finish: undefined,
    text(delta) {
      length += delta.length;
      const max = INFERENCE_LIMITS.maxAnswerChars;
      if (length > max) throw badAnswer(model, `the answer has more than ${max} characters`);
      texts.push(delta);
      return { type: "text", text: delta };
    },
    call(value) {
      calls.push(value);
      if (calls.length > INFERENCE_LIMITS.maxToolCalls) checkCalls(calls, model);
      return { type: "tool_call", call: checkCalls([value], model)[0]! };
    },
    end() {
      const called = calls.length === 0 ? {} : { tool_calls: calls };
      const answer = { text: texts.join(""), ...called, usage: this.usage, finish_reason: this.finish };
      return { type: "end", response: checkResponse(answer, model) };
    },
  };
}
