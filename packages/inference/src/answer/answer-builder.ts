import { InferenceFailedError, type InferenceFailure } from "@car/ir";
import { finishReasonOf, NOT_WHOLE } from "@car/ir/internal";
import type { InferenceChunk, InferenceResponse } from "@car/ir/ports";
import { badAnswer } from "../failure/failure-of.js";
import { INFERENCE_LIMITS } from "../limits.js";
import { checkCalls, checkResponse } from "./check-response.js";

/** Puts a streamed answer together; what it takes is bounded as it comes, not only at the end. */
export interface AnswerBuilder {
  usage: InferenceResponse["usage"] | undefined;
  /** Why it ended, in the service's word; a stream that never says so is not whole. */
  finish: string | undefined;
  /** The chunk to pass on. @throws `CAR_INFERENCE_FAILED` (`bad_answer`) when the answer gets too long. */
  text(delta: string): InferenceChunk;
  /** A call, kept until the end is known. @throws `CAR_INFERENCE_FAILED` (`bad_answer`) for what is no call, or one too many. */
  call(value: unknown): void;
  /** The calls and the last chunk, which holds the whole answer. @throws `CAR_INFERENCE_FAILED` for an answer that is not whole. */
  end(): Generator<InferenceChunk>;
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
    },
    *end() {
      assertWhole(this.finish, model);
      const called = calls.length === 0 ? {} : { tool_calls: calls };
      const answer = { text: texts.join(""), ...called, usage: this.usage, finish_reason: this.finish };
      yield* lastChunks(checkResponse(answer, model));
    },
  };
}

/** The calls of a whole answer, and its end. */
export function* lastChunks(response: InferenceResponse): Generator<InferenceChunk> {
  for (const call of response.tool_calls ?? []) yield { type: "tool_call", call };
  yield { type: "end", response };
}

const KINDS: Readonly<Record<keyof typeof NOT_WHOLE, InferenceFailure>> = {
  length: "incomplete",
  content_filter: "refused",
  error: "unavailable",
  unknown: "bad_answer",
};

/** @throws `CAR_INFERENCE_FAILED` unless a stream has said that its answer is whole. */
export function assertWhole(finish: string | undefined, model: string): void {
  if (finish === undefined || finish === "") throw badAnswer(model, "the stream broke off before the answer had ended");
  const reason = finishReasonOf(finish);
  if (reason === "stop" || reason === "tool_calls") return;
  const message = `model \`${model}\`: the answer ${NOT_WHOLE[reason]} (${finish.slice(0, 100)})`;
  throw new InferenceFailedError(message, { kind: KINDS[reason], model });
}
