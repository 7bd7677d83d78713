/** Why a model's answer ended. Only after `stop` and `tool_calls` it is whole. */
export type FinishReason = "stop" | "tool_calls" | "length" | "content_filter" | "error" | "unknown";

/** What services call it, in small letters with `_`. */
const WORDS: Readonly<Record<Exclude<FinishReason, "unknown">, readonly string[]>> = {
  stop: ["stop", "end_turn", "stop_sequence", "eos", "eos_token", "end", "complete", "completed", "finish_reason_stop"],
  tool_calls: ["tool_calls", "tool_call", "tool_use", "function_call"],
  length: ["length", "max_tokens", "max_output_tokens", "model_length", "model_context_window_exceeded", "incomplete"],
  content_filter: [
    "content_filter",
    "content_filtered",
    "refusal",
    "safety",
    "image_safety",
    "recitation",
    "blocklist",
    "prohibited_content",
    "spii",
    "guardrail_intervened",
    "sensitive",
  ],
  error: ["error", "failed", "malformed_function_call", "network_error"],
};

const REASONS = new Map(
  Object.entries(WORDS).flatMap(([reason, words]) => words.map((word) => [word, reason as FinishReason] as const)),
);

/** A service's word for the end of an answer as one of ours; `unknown` for one that nobody knows. */
export function finishReasonOf(word: string): FinishReason {
  return REASONS.get(word.trim().toLowerCase().replaceAll("-", "_")) ?? "unknown";
}

/** Whether nothing of an answer is missing or withheld, so that its tool calls may be made. */
export function isWholeAnswer(word: string): boolean {
  const reason = finishReasonOf(word);
  return reason === "stop" || reason === "tool_calls";
}

/** What has become of an answer that is not whole, in words that follow `the answer`. */
export const NOT_WHOLE: Readonly<Record<Exclude<FinishReason, "stop" | "tool_calls">, string>> = {
  length: "was cut at a limit of its length",
  content_filter: "was withheld because of its content",
  error: "ended with an error",
  unknown: "ended for a reason that is not known",
};
