import type { InferenceToolCall } from "@car/ir/ports";

/** A streamed answer in the shape that a service documents, and what it says. */
export interface RecordedStream {
  readonly of: string;
  readonly api: "openai" | "anthropic";
  /** The body, as it is sent. */
  readonly body: string;
  readonly text: string;
  readonly tool_calls?: readonly InferenceToolCall[];
  readonly usage?: { readonly input_tokens: number; readonly output_tokens: number };
}

export const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
export const chunk = (delta: object, more: object = {}): string =>
  event({
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason: null }],
    ...more,
  });
export const end = (finish_reason: string, more: object = {}): string =>
  event({ object: "chat.completion.chunk", choices: [{ index: 0, delta: {}, finish_reason }], ...more });
export const counts = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 };
export const usage = { input_tokens: 7, output_tokens: 3 };
export const DONE = "data: [DONE]\n\n";
export const named = (kind: string, value: object): string =>
  `event: ${kind}\ndata: ${JSON.stringify({ type: kind, ...value })}\n\n`;

export const LOOK: InferenceToolCall = { id: "call_a", name: "look", arguments: { at: "Größe 🎉" } };
export const READ: InferenceToolCall = { id: "call_b", name: "read_file", arguments: { path: "a" } };
export const input = (call: InferenceToolCall): string => JSON.stringify(call.arguments);
export const half = (text: string, part: 0 | 1): string => (part === 0 ? text.slice(0, 9) : text.slice(9));
