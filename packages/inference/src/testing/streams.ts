import { ANTHROPIC_STREAMS } from "./anthropic-streams.js";
import {
  chunk,
  counts,
  DONE,
  end,
  event,
  half,
  input,
  LOOK,
  READ,
  type RecordedStream,
  usage,
} from "./stream-parts.js";

/** One stream for each way in which services are known to say an answer. */
export const STREAMS: readonly RecordedStream[] = [
  {
    of: "OpenAI: text, refusal null, counts in a last chunk without choices",
    api: "openai",
    body: [
      chunk({ role: "assistant", content: "", refusal: null }),
      chunk({ content: "Hel" }),
      chunk({ content: "lo 🎉" }),
      end("stop"),
      event({ object: "chat.completion.chunk", choices: [], usage: counts }),
      DONE,
    ].join(""),
    text: "Hello 🎉",
    usage,
  },
  {
    of: "OpenAI: two calls, each in pieces",
    api: "openai",
    body: [
      chunk({
        role: "assistant",
        content: null,
        tool_calls: [{ index: 0, id: "call_a", type: "function", function: { name: "look", arguments: "" } }],
      }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: half(input(LOOK), 0) } }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: half(input(LOOK), 1) } }] }),
      chunk({
        tool_calls: [{ index: 1, id: "call_b", type: "function", function: { name: "read_file", arguments: "" } }],
      }),
      chunk({ tool_calls: [{ index: 1, function: { arguments: input(READ) } }] }),
      end("tool_calls", { usage: counts }),
      DONE,
    ].join(""),
    text: "",
    tool_calls: [LOOK, READ],
    usage,
  },
  {
    of: "Azure: results of the filter before and after, without choices",
    api: "openai",
    body: [
      event({ choices: [], prompt_filter_results: [{ prompt_index: 0, content_filter_results: {} }] }),
      chunk({ content: "Hi" }),
      event({ choices: [{ index: 0, finish_reason: null, content_filter_offsets: {} }] }),
      end("stop"),
      DONE,
    ].join(""),
    text: "Hi",
  },
  {
    of: "Gemini: calls without index, whole, that end with `stop`, and what it wants back",
    api: "openai",
    body: [
      event({
        choices: [
          {
            index: 0,
            delta: {
              role: "assistant",
              tool_calls: [
                {
                  id: "call_a",
                  type: "function",
                  function: { name: "look", arguments: input(LOOK) },
                  extra_content: { google: { thought_signature: "c2ln" } },
                },
              ],
            },
          },
        ],
      }),
      event({
        choices: [
          {
            index: 0,
            delta: {
              tool_calls: [{ id: "call_b", type: "function", function: { name: "read_file", arguments: input(READ) } }],
            },
            finish_reason: "stop",
          },
        ],
        usage: counts,
      }),
      DONE,
    ].join(""),
    text: "",
    tool_calls: [{ ...LOOK, extra: { google: { thought_signature: "c2ln" } } }, READ],
    usage,
  },
  {
    of: "Gemini: two calls of one tool under index 0, without ids",
    api: "openai",
    body: [
      chunk({
        tool_calls: [
          { index: 0, id: "", function: { name: "look", arguments: '{"at":1}' } },
          { index: 0, id: "", function: { name: "look", arguments: '{"at":1}' } },
        ],
      }),
      chunk({ tool_calls: [{ index: 0, id: "", function: { name: "look", arguments: '{"at":2}' } }] }),
      end("stop"),
    ].join(""),
    text: "",
    tool_calls: [1, 1, 2].map((at, n) => ({ id: `call_${n + 1}`, name: "look", arguments: { at } })),
  },
  {
    of: "Ollama: whole calls under one index, then another end",
    api: "openai",
    body: [
      chunk({
        role: "assistant",
        content: "",
        tool_calls: [{ id: "call_a", index: 0, type: "function", function: { name: "look", arguments: input(LOOK) } }],
      }),
      chunk({
        role: "assistant",
        content: "",
        tool_calls: [
          { id: "call_b", index: 0, type: "function", function: { name: "read_file", arguments: input(READ) } },
        ],
      }),
      end("tool_calls"),
      end("stop"),
      DONE,
    ].join(""),
    text: "",
    tool_calls: [LOOK, READ],
  },
  {
    of: "vLLM: id, name and an empty index in each piece, reasoning beside it, counts in each chunk",
    api: "openai",
    body: [
      chunk({ role: "assistant", content: "" }, { usage: { prompt_tokens: 7, completion_tokens: 0 } }),
      chunk({ reasoning_content: "I should look." }, { usage: { prompt_tokens: 7, completion_tokens: 1 } }),
      chunk({ tool_calls: [{ index: 0, id: "call_a", type: "function", function: { name: "look" } }] }),
      chunk({ tool_calls: [{ index: 0, id: "call_a", function: { name: "look", arguments: half(input(LOOK), 0) } }] }),
      chunk({ tool_calls: [{ index: 0, id: "call_a", function: { name: "look", arguments: half(input(LOOK), 1) } }] }),
      end("tool_calls", { usage: counts }),
      DONE,
    ].join(""),
    text: "",
    tool_calls: [LOOK],
    usage,
  },
  {
    of: "llama.cpp: data without a space, ends of lines as on Windows, no [DONE], timings",
    api: "openai",
    body: [
      chunk({ role: "assistant", content: null }),
      chunk({ content: "Hi " }),
      chunk({ content: "there" }),
      end("stop", { timings: { prompt_n: 7 }, usage: counts }),
    ]
      .join("")
      .replaceAll("data: ", "data:")
      .replaceAll("\n", "\r\n"),
    text: "Hi there",
    usage,
  },
  {
    of: "LM Studio: a byte order mark, and the name once more in each piece without an id",
    api: "openai",
    body: `\ufeff${[
      chunk({
        role: "assistant",
        tool_calls: [{ index: 0, id: "call_b", type: "function", function: { name: "read_file", arguments: "" } }],
      }),
      chunk({ tool_calls: [{ index: 0, type: "function", function: { name: "read_file", arguments: '{"path"' } }] }),
      chunk({ tool_calls: [{ index: 0, type: "function", function: { name: "read_file", arguments: ':"a"}' } }] }),
      end("tool_calls"),
      DONE,
    ].join("")}`,
    text: "",
    tool_calls: [READ],
  },
  {
    of: "OpenRouter: comments that keep it alive, and reasoning",
    api: "openai",
    body: [
      ": OPENROUTER PROCESSING\n\n",
      chunk({ content: "", reasoning: "Hm" }),
      ": OPENROUTER PROCESSING\n\n",
      chunk({ content: "Yes" }),
      end("stop"),
      DONE,
    ].join(""),
    text: "Yes",
  },
  {
    of: "Mistral: content in parts, one of them a thought",
    api: "openai",
    body: [
      chunk({ content: [{ type: "thinking", thinking: [{ type: "text", text: "Hm" }] }] }),
      chunk({
        content: [
          { type: "text", text: "Yes" },
          { type: "text", text: "." },
        ],
      }),
      end("stop"),
      DONE,
    ].join(""),
    text: "Yes.",
  },
  {
    of: "a server whose arguments grow from piece to piece, and come as an object",
    api: "openai",
    body: [
      chunk({ tool_calls: [{ index: 0, id: "call_a", function: { name: "look", arguments: half(input(LOOK), 0) } }] }),
      chunk({ tool_calls: [{ index: 0, id: "call_a", function: { name: "look", arguments: input(LOOK) } }] }),
      chunk({ tool_calls: [{ index: 1, id: "call_b", function: { name: "read_file", arguments: READ.arguments } }] }),
      end("tool_calls"),
    ].join(""),
    text: "",
    tool_calls: [LOOK, READ],
  },
  {
    of: "a server that says all once more at the end",
    api: "openai",
    body: [
      chunk({ tool_calls: [{ index: 0, id: "call_a", function: { name: "look", arguments: half(input(LOOK), 0) } }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: half(input(LOOK), 1) } }] }),
      chunk({ tool_calls: [{ index: 0, id: "call_a", function: { name: "look", arguments: input(LOOK) } }] }),
      end("tool_calls"),
    ].join(""),
    text: "",
    tool_calls: [LOOK],
  },
  {
    of: "a server whose second piece has neither index nor id, and whose name comes in two",
    api: "openai",
    body: [
      chunk({ tool_calls: [{ id: "call_b", function: { name: "read_" } }] }),
      chunk({ tool_calls: [{ function: { name: "file", arguments: '{"path"' } }] }),
      chunk({ tool_calls: [{ function: { arguments: ':"a"}' } }] }),
      end("tool_calls"),
    ].join(""),
    text: "",
    tool_calls: [READ],
  },
  {
    of: "a server whose indexes have gaps, and whose id comes late",
    api: "openai",
    body: [
      chunk({ tool_calls: [{ index: 1, function: { name: "look" } }] }),
      chunk({ tool_calls: [{ index: 1, id: "call_a", function: { arguments: input(LOOK) } }] }),
      chunk({ tool_calls: [{ index: 5, id: "call_b", function: { name: "read_file", arguments: input(READ) } }] }),
      end("tool_calls"),
    ].join(""),
    text: "",
    tool_calls: [LOOK, READ],
  },
  {
    of: "a server whose JSON goes over several lines, with fields of events beside it",
    api: "openai",
    body: [
      "id: 1",
      "event: message",
      "retry: 10",
      'data: {"choices": [',
      'data:   {"index": 0, "delta": {"content": "Hi"}}',
      "data: ]}",
      "",
      end("stop").trimEnd(),
    ].join("\n"),
    text: "Hi",
  },
  {
    of: "a server that answers in one piece all the same",
    api: "openai",
    body: JSON.stringify({
      object: "chat.completion",
      choices: [{ index: 0, message: { role: "assistant", content: "Hi there" }, finish_reason: "stop" }],
      usage: counts,
    }),
    text: "Hi there",
    usage,
  },
  {
    of: "OpenAI's older form of a call",
    api: "openai",
    body: [
      chunk({ function_call: { name: "read_file", arguments: "" } }),
      chunk({ function_call: { arguments: input(READ) } }),
      end("function_call"),
      DONE,
    ].join(""),
    text: "",
    tool_calls: [{ ...READ, id: "call_1" }],
  },
  {
    of: "llama-cpp-python: each piece of a call in the older form as well",
    api: "openai",
    body: [
      chunk({
        function_call: { name: "read_file", arguments: '{"path"' },
        tool_calls: [{ index: 0, id: "call_b", function: { name: "read_file", arguments: '{"path"' } }],
      }),
      chunk({
        function_call: { name: "read_file", arguments: ':"a"}' },
        tool_calls: [{ index: 0, id: "call_b", function: { name: "read_file", arguments: ':"a"}' } }],
      }),
      end("tool_calls"),
      DONE,
    ].join(""),
    text: "",
    tool_calls: [READ],
  },
  {
    of: "a server whose indexes are text",
    api: "openai",
    body: [
      chunk({ tool_calls: [{ index: "0", id: "call_a", function: { name: "look", arguments: "" } }] }),
      chunk({ tool_calls: [{ index: "1", id: "call_b", function: { name: "read_file", arguments: "" } }] }),
      chunk({ tool_calls: [{ index: "0", function: { arguments: input(LOOK) } }] }),
      chunk({ tool_calls: [{ index: "1", function: { arguments: input(READ) } }] }),
      end("tool_calls"),
    ].join(""),
    text: "",
    tool_calls: [LOOK, READ],
  },
  {
    of: "GLM: another id in each piece, without a name",
    api: "openai",
    body: [
      chunk({ tool_calls: [{ index: 0, id: "call_b", function: { name: "read_file", arguments: "" } }] }),
      chunk({ tool_calls: [{ index: 0, id: "call_c", function: { name: "", arguments: '{"path"' } }] }),
      chunk({ tool_calls: [{ index: 0, id: "call_d", function: { arguments: ':"a"}' } }] }),
      end("tool_calls"),
      DONE,
    ].join(""),
    text: "",
    tool_calls: [READ],
  },
  {
    of: "Dynamo: in one chunk two pieces of one call, and two parts of one choice",
    api: "openai",
    body: [
      chunk({
        tool_calls: [
          { index: 0, id: "call_b", function: { name: "read_file", arguments: "" } },
          { index: 0, function: { arguments: '{"path"' } },
        ],
      }),
      event({
        choices: [
          { index: 0, delta: { content: "" }, finish_reason: null },
          { index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: ':"a"}' } }] }, finish_reason: null },
        ],
      }),
      end("tool_calls"),
      DONE,
    ].join(""),
    text: "",
    tool_calls: [READ],
  },
  ...ANTHROPIC_STREAMS,
];
