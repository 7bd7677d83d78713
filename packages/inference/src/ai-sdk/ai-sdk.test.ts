import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, type LanguageModelV3CallOptions } from "@ai-sdk/provider";
import type { InferenceFailedError } from "@car/ir";
import type { InferenceChunk } from "@car/ir/ports";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { fakeEmbeddingV3, fakeModelV2, fakeModelV3, pulledFrom } from "../testing/fake-ai-sdk.js";
import { aiSdkEmbeddingModel } from "./ai-sdk-embedding-model.js";
import { aiSdkLanguageModel } from "./ai-sdk-language-model.js";

const REQUEST = { messages: [{ role: "user", content: "hi" }] } as const;

async function failureOf(asked: Promise<unknown> | undefined): Promise<InferenceFailedError> {
  return (await asked?.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )) as InferenceFailedError;
}

const FINISHED = {
  type: "finish",
  finishReason: { unified: "tool-calls", raw: undefined },
  usage: {
    inputTokens: { total: 7, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: 3, text: undefined, reasoning: undefined },
  },
} as const;

describe("aiSdkLanguageModel", () => {
  it("[IN-14] passes messages, calls with their answers, tools and settings on", async () => {
    let seen: LanguageModelV3CallOptions | undefined;
    const model = fakeModelV3("ok");
    const answering = fakeModelV3("ok");
    model.doGenerate = (options) => {
      seen = options;
      return answering.doGenerate(options);
    };
    await aiSdkLanguageModel(model).infer?.({
      messages: [
        { role: "system", content: "s" },
        { role: "user", content: "u" },
        { role: "assistant", content: "a", tool_calls: [{ id: "c", name: "look", arguments: '{"at":1}' }] },
        { role: "tool", content: "seen", tool_call_id: "c", name: "look" },
      ],
      tools: [{ name: "look", description: "looks", parameters: { type: "object" } }],
      params: { temperature: 0, top_p: 0.5, max_tokens: 9, stop: ["X"], seed: 4 },
      response_format: { type: "object" },
    });
    expect(seen).toEqual({
      prompt: [
        { role: "system", content: "s" },
        { role: "user", content: [{ type: "text", text: "u" }] },
        {
          role: "assistant",
          content: [
            { type: "text", text: "a" },
            { type: "tool-call", toolCallId: "c", toolName: "look", input: { at: 1 } },
          ],
        },
        {
          role: "tool",
          content: [
            { type: "tool-result", toolCallId: "c", toolName: "look", output: { type: "text", value: "seen" } },
          ],
        },
      ],
      tools: [{ type: "function", name: "look", description: "looks", inputSchema: { type: "object" } }],
      temperature: 0,
      topP: 0.5,
      maxOutputTokens: 9,
      stopSequences: ["X"],
      seed: 4,
      responseFormat: { type: "json", schema: { type: "object" } },
    });
  });

  it("[IN-14] reads both kinds of counts and reasons", async () => {
    const usage = { input_tokens: 7, output_tokens: 3 };
    expect(await aiSdkLanguageModel(fakeModelV2("two")).infer?.(REQUEST)).toEqual({
      text: "two",
      usage,
      model: "fake/v2",
      finish_reason: "tool_calls",
    });
    expect(await aiSdkLanguageModel(fakeModelV3("three"), { id: "x" }).infer?.(REQUEST)).toEqual({
      text: "three",
      usage,
      model: "x",
      finish_reason: "stop",
    });
  });

  it("[IN-14] streams text and calls; what the provider ran itself is no call", async () => {
    const model = fakeModelV3("", {
      doStream: async () => ({
        stream: pulledFrom([
          { type: "text-delta", id: "1", delta: "a" },
          { type: "tool-call", toolCallId: "own", toolName: "search", input: "{}", providerExecuted: true },
          { type: "tool-call", toolCallId: "c", toolName: "look", input: '{"at":1}' },
          FINISHED,
        ]),
      }),
    });
    const chunks: InferenceChunk[] = [];
    for await (const chunk of aiSdkLanguageModel(model).stream!(REQUEST)) chunks.push(chunk);
    expect(chunks.map(({ type }) => type)).toEqual(["text", "tool_call", "end"]);
    expect(chunks[2]).toMatchObject({ response: { text: "a", tool_calls: [{ id: "c", arguments: { at: 1 } }] } });
  });

  it("[IN-5] reads a part when it is wanted and cancels the stream of whoever leaves", async () => {
    let canceled = false;
    const parts = Array.from({ length: 1_000 }, () => ({ type: "text-delta" as const, id: "1", delta: "a" }));
    const model = fakeModelV3("", { doStream: async () => ({ stream: pulledFrom(parts, () => (canceled = true)) }) });
    for await (const chunk of aiSdkLanguageModel(model).stream!(REQUEST)) if (chunk.type === "text") break;
    expect(canceled).toBe(true);
  });

  it("[IN-12] a stream without an end is cut off", async () => {
    const stream = new ReadableStream<{ type: "text-delta"; id: string; delta: string }>({
      pull: (controller) => controller.enqueue({ type: "text-delta", id: "1", delta: "x".repeat(10_000) }),
    });
    const iterator = aiSdkLanguageModel(fakeModelV3("", { doStream: async () => ({ stream }) })).stream!(REQUEST);
    const read = async (): Promise<void> => {
      for await (const _chunk of iterator);
    };
    expect(await failureOf(read())).toMatchObject({ kind: "bad_answer" });
  });

  it.each([
    [401, "account"],
    [429, "rate_limited"],
    [503, "unavailable"],
  ])(
    "[IN-10] [IN-11] an API error with status %i is %s, and nothing of its request is kept",
    async (statusCode, kind) => {
      const secret = "sk-abcdefghijklmnop";
      const error = new APICallError({
        message: `wrong key ${secret}`,
        url: `https://models.test?key=${secret}`,
        requestBodyValues: { secret },
        responseHeaders: { "retry-after": "3" },
        statusCode,
      });
      const model = fakeModelV3("", { doGenerate: () => Promise.reject(error) });
      const failure = await failureOf(aiSdkLanguageModel(model).infer?.(REQUEST));
      expect(failure).toMatchObject({ kind, retryAfterMs: 3_000 });
      expect(failure.cause).toBeUndefined();
      expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain(secret);
    },
  );

  it("[IN-14] a provider package of that ecosystem works as it is", async () => {
    const answer = { choices: [{ message: { role: "assistant", content: "from afar" }, finish_reason: "stop" }] };
    const usage = { prompt_tokens: 4, completion_tokens: 2 };
    const sdk = createOpenAICompatible({
      name: "far",
      baseURL: "https://models.test/v1",
      fetch: async () => Response.json({ ...answer, usage }),
    });
    expect(await aiSdkLanguageModel(sdk("m")).infer?.(REQUEST)).toEqual({
      text: "from afar",
      usage: { input_tokens: 4, output_tokens: 2 },
      model: "far.chat/m",
      finish_reason: "stop",
    });
  });
});

describe("aiSdkEmbeddingModel", () => {
  it("[IN-14] sends no more texts at once than the model takes", async () => {
    const model = fakeEmbeddingV3();
    const answer = await aiSdkEmbeddingModel(model).embed?.({ texts: ["a", "bb", "ccc"] });
    expect(model.calls).toEqual([["a", "bb"], ["ccc"]]);
    expect(answer).toMatchObject({ dim: 2, usage: { input_tokens: 3, output_tokens: 0 } });
  });

  it.each([
    ["NaN", [[NaN, 1]]],
    ["another length than before", [[1, 2, 3]]],
    ["too few", []],
    ["no numbers", [["1", "2"]]],
  ])("[IN-12] vectors with %s are a bad answer", async (_what, embeddings) => {
    const model = fakeEmbeddingV3({ doEmbed: async () => ({ embeddings: embeddings as number[][], warnings: [] }) });
    const failure = await failureOf(aiSdkEmbeddingModel(model, { dim: 2 }).embed?.({ texts: ["a"] }));
    expect(failure).toMatchObject({ kind: "bad_answer" });
  });
});
