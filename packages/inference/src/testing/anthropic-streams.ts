import { half, input, LOOK, named, type RecordedStream, usage } from "./stream-parts.js";

/** Streams of Anthropic's `messages`. */
export const ANTHROPIC_STREAMS: readonly RecordedStream[] = [
  {
    of: "Anthropic: a call that the service makes itself",
    api: "anthropic",
    body: [
      named("content_block_start", {
        index: 0,
        content_block: { type: "server_tool_use", id: "srv_1", name: "web_search", input: {} },
      }),
      named("content_block_delta", { index: 0, delta: { type: "input_json_delta", partial_json: '{"query":"a"}' } }),
      named("content_block_start", { index: 1, content_block: { type: "web_search_tool_result", content: [] } }),
      named("content_block_start", { index: 2, content_block: { type: "text", text: "Yes" } }),
      named("message_delta", { delta: { stop_reason: "end_turn" } }),
    ].join(""),
    text: "Yes",
  },
  {
    of: "Anthropic: thoughts, text, two calls, pings",
    api: "anthropic",
    body: [
      named("message_start", {
        message: {
          id: "msg_1",
          role: "assistant",
          content: [],
          stop_reason: null,
          usage: { input_tokens: 7, output_tokens: 1 },
        },
      }),
      named("content_block_start", { index: 0, content_block: { type: "thinking", thinking: "", signature: "" } }),
      named("content_block_delta", { index: 0, delta: { type: "thinking_delta", thinking: "Hm" } }),
      named("content_block_delta", { index: 0, delta: { type: "signature_delta", signature: "c2ln" } }),
      named("content_block_stop", { index: 0 }),
      named("ping", {}),
      named("content_block_start", { index: 1, content_block: { type: "text", text: "" } }),
      named("content_block_delta", { index: 1, delta: { type: "text_delta", text: "I will " } }),
      named("content_block_delta", { index: 1, delta: { type: "text_delta", text: "look. 🎉" } }),
      named("content_block_stop", { index: 1 }),
      named("content_block_start", {
        index: 2,
        content_block: { type: "tool_use", id: "call_a", name: "look", input: {} },
      }),
      named("content_block_delta", { index: 2, delta: { type: "input_json_delta", partial_json: "" } }),
      named("content_block_delta", {
        index: 2,
        delta: { type: "input_json_delta", partial_json: half(input(LOOK), 0) },
      }),
      named("content_block_delta", {
        index: 2,
        delta: { type: "input_json_delta", partial_json: half(input(LOOK), 1) },
      }),
      named("content_block_stop", { index: 2 }),
      named("content_block_start", {
        index: 3,
        content_block: { type: "tool_use", id: "call_b", name: "ping", input: {} },
      }),
      named("content_block_stop", { index: 3 }),
      named("message_delta", { delta: { stop_reason: "tool_use", stop_sequence: null }, usage: { output_tokens: 3 } }),
      named("message_stop", {}),
    ].join(""),
    text: "I will look. 🎉",
    tool_calls: [LOOK, { id: "call_b", name: "ping", arguments: {} }],
    usage,
  },
];
