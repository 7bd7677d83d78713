import { InferenceFailedError } from "@car/ir";
import type { InferenceCall, InferenceChunk, InferenceProvider, InferenceResponse } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { failuresOf } from "./mutants/failures-of.js";
import { testInference } from "./suites/test-inference.js";

const ANSWER: InferenceResponse = {
  text: "hello world",
  usage: { input_tokens: 5, output_tokens: 2 },
  model: "plain",
  finish_reason: "stop",
};

function check(call: InferenceCall | undefined): void {
  if (call?.signal?.aborted === true) throw new InferenceFailedError("canceled", { kind: "canceled" });
}

/** The plainest provider that keeps the rules. Each mutant below breaks one. */
const PLAIN: Required<InferenceProvider> = {
  info: { id: "plain", capabilities: ["infer", "stream", "embed", "classify"] },
  async infer(_request, call) {
    check(call);
    return ANSWER;
  },
  async *stream(_request, call) {
    const chunks: InferenceChunk[] = [
      { type: "text", text: "hello " },
      { type: "text", text: "world" },
      { type: "end", response: ANSWER },
    ];
    for (const chunk of chunks) {
      check(call);
      yield chunk;
    }
  },
  async embed({ texts }, call) {
    check(call);
    const embeddings = texts.map((text) => Float32Array.of(text.length, 1));
    return { embeddings, dim: 2, model: "plain", usage: ANSWER.usage };
  },
  async classify({ labels }, call) {
    check(call);
    const scores = labels.map((label) => ({ label, score: 1 / labels.length }));
    return { scores, model: "plain", usage: ANSWER.usage };
  },
};

const MUTANTS: readonly (readonly [rule: string, how: string, Partial<InferenceProvider>])[] = [
  ["IN-1", "names what it cannot do", { info: { id: "m", capabilities: ["infer", "stream", "embed"] } }],
  ["IN-1", "has no name", { info: { ...PLAIN.info, id: "" } }],
  ["IN-2", "says nothing", { infer: async () => ({ ...ANSWER, text: undefined as unknown as string }) }],
  ["IN-2", "counts NaN tokens", { infer: async () => ({ ...ANSWER, usage: { input_tokens: NaN, output_tokens: 0 } }) }],
  [
    "IN-2",
    "changes the request",
    {
      infer: async (request) => {
        (request as { messages: unknown[] }).messages = [];
        return ANSWER;
      },
    },
  ],
  ["IN-3", "answers after the signal", { infer: async () => ANSWER }],
  ["IN-3", "embeds after the signal", { embed: (request) => PLAIN.embed(request) }],
  [
    "IN-4",
    "drops a word",
    {
      async *stream() {
        yield { type: "text", text: "hello " };
        yield { type: "end", response: ANSWER };
      },
    },
  ],
  [
    "IN-4",
    "does not end",
    {
      async *stream() {
        yield { type: "text", text: "hello " };
      },
    },
  ],
  ["IN-5", "goes on after the signal", { stream: (request) => PLAIN.stream(request) }],
  [
    "IN-6",
    "leaves a text out",
    { embed: async ({ texts }, call) => PLAIN.embed({ texts: texts.filter((text) => text !== "") }, call) },
  ],
  [
    "IN-6",
    "depends on the batch",
    {
      embed: async ({ texts }, call) =>
        PLAIN.embed({ texts: texts.map((text) => text + "x".repeat(texts.length)) }, call),
    },
  ],
  [
    "IN-7",
    "does not share out",
    {
      classify: async (request, call) => {
        const answer = await PLAIN.classify(request, call);
        return { ...answer, scores: answer.scores.map(({ label }) => ({ label, score: 1 })) };
      },
    },
  ],
  [
    "IN-7",
    "forgets a label",
    { classify: async ({ labels, text }, call) => PLAIN.classify({ labels: labels.slice(1), text }, call) },
  ],
];

describe("testInference", () => {
  it("[CF-2] lets a provider that keeps the rules pass", async () => {
    expect(await failuresOf((runner) => testInference(runner, () => PLAIN), "[IN-")).toEqual([]);
  });

  it("[CF-2] tests nothing that a provider does not name", async () => {
    const { info, infer } = PLAIN;
    const only = { info: { ...info, capabilities: ["infer"] }, infer };
    expect(await failuresOf((runner) => testInference(runner, () => only), "[IN-")).toEqual([]);
  });

  it.each(MUTANTS)("[CF-2] [%s] rejects one that %s", async (rule, _how, change) => {
    const failures = await failuresOf((runner) => testInference(runner, () => ({ ...PLAIN, ...change })), `[${rule}]`);
    expect(failures.length).toBeGreaterThan(0);
  });
});
