import type { EmbeddingModelV3, LanguageModelV2, LanguageModelV3, LanguageModelV3StreamPart } from "@ai-sdk/provider";

/** A language model of interface version 3 that says `text`; `over` replaces what it does. */
export function fakeModelV3(text: string, over: Partial<LanguageModelV3> = {}): LanguageModelV3 {
  const usage = {
    inputTokens: { total: 7, noCache: 7, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 3, text: 3, reasoning: 0 },
  };
  const finishReason = { unified: "stop", raw: "stop" } as const;
  return {
    specificationVersion: "v3",
    provider: "fake",
    modelId: "v3",
    supportedUrls: {},
    doGenerate: async () => ({ content: [{ type: "text", text }], finishReason, usage, warnings: [] }),
    doStream: async () => {
      const deltas = text.match(/[\s\S]{1,2}/g) ?? [];
      return {
        stream: pulledFrom<LanguageModelV3StreamPart>([
          { type: "stream-start", warnings: [] },
          { type: "text-start", id: "1" },
          ...deltas.map((delta) => ({ type: "text-delta" as const, id: "1", delta })),
          { type: "text-end", id: "1" },
          { type: "finish", usage, finishReason },
        ]),
      };
    },
    ...over,
  };
}

/** One of interface version 2: plain counts, a plain reason. */
export function fakeModelV2(text: string): LanguageModelV2 {
  const usage = { inputTokens: 7, outputTokens: 3, totalTokens: 10 };
  return {
    specificationVersion: "v2",
    provider: "fake",
    modelId: "v2",
    supportedUrls: {},
    doGenerate: async () => ({ content: [{ type: "text", text }], finishReason: "tool-calls", usage, warnings: [] }),
    doStream: async () => ({ stream: pulledFrom([{ type: "finish", usage, finishReason: "stop" }]) }),
  };
}

/** An embedding model that takes two texts at once. */
export function fakeEmbeddingV3(
  over: Partial<EmbeddingModelV3> = {},
): EmbeddingModelV3 & { readonly calls: string[][] } {
  const calls: string[][] = [];
  return {
    calls,
    specificationVersion: "v3",
    provider: "fake",
    modelId: "embedding",
    maxEmbeddingsPerCall: 2,
    supportsParallelCalls: false,
    doEmbed: async ({ values }) => {
      calls.push(values);
      return { embeddings: values.map((text) => [text.length, 1]), usage: { tokens: values.length }, warnings: [] };
    },
    ...over,
  };
}

/** A stream that gives one part for each that is read. */
export function pulledFrom<T>(parts: readonly T[], onCancel?: () => void): ReadableStream<T> {
  let at = 0;
  return new ReadableStream<T>(
    {
      pull(controller) {
        if (at >= parts.length) return controller.close();
        controller.enqueue(parts[at++]);
      },
      cancel: () => onCancel?.(),
    },
    { highWaterMark: 0 },
  );
}
