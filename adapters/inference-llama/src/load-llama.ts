import { NoModelError } from "@car/ir";
import type { ChatHistoryItem, Llama, LlamaChat, LlamaContextSequence } from "node-llama-cpp";
import type { GenerateOptions, Generated, LlamaItem, LoadLlama } from "./loaded-llama.js";

const CONTEXT_TOKENS = 4_096;

/**
 * Loads a GGUF file with the library's own binary; nothing is compiled or downloaded.
 * @throws `NoModelError` (`CAR_INFERENCE_NO_MODEL`) that says what to install.
 */
export const loadLlama: LoadLlama = async ({ modelPath, contextSize = CONTEXT_TOKENS, threads = 1, gpu = false }) => {
  const library = await import("node-llama-cpp").catch((error: unknown) => {
    throw missing(error);
  });
  const llama = await library.getLlama({
    gpu: gpu ? "auto" : false,
    build: "never",
    skipDownload: true,
    maxThreads: threads,
    logLevel: library.LlamaLogLevel.error,
  });
  const model = await llama.loadModel({ modelPath });
  const context = await model.createContext({ contextSize, threads });
  const sequence = context.getSequence();
  const chat = new library.LlamaChat({ contextSequence: sequence });
  return {
    generate: (history, options) => generate({ llama, chat, sequence }, history, options),
    async close() {
      chat.dispose();
      await model.dispose();
      await llama.dispose();
    },
  };
};

/** What a failed import means: a package that is not there, or whatever else it was. */
export function missing(error: unknown): unknown {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  if (code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") return error;
  return new NoModelError("models in GGUF files need their library: run `npm install node-llama-cpp`", {
    cause: error,
  });
}

interface Parts {
  readonly llama: Llama;
  readonly chat: LlamaChat;
  readonly sequence: LlamaContextSequence;
}

async function generate(
  { llama, chat, sequence }: Parts,
  history: readonly LlamaItem[],
  { schema, functions, signal, customStopTriggers, ...options }: GenerateOptions,
): Promise<Generated> {
  // A fresh start for each question: an answer must not hang on what others asked before.
  await sequence.clearHistory();
  const before = sequence.tokenMeter.getState();
  // The library checks schemas itself and knows only some keywords; what it does not know it refuses.
  const form =
    schema === undefined
      ? functions === undefined
        ? {}
        : { functions: functions as never }
      : { grammar: await llama.createGrammarForJsonSchema(schema as never) };
  const { response, functionCalls, metadata } = await chat.generateResponse(history as ChatHistoryItem[], {
    ...options,
    ...(customStopTriggers === undefined ? {} : { customStopTriggers }),
    ...(signal === undefined ? {} : { signal }),
    ...form,
  });
  const used = sequence.tokenMeter.diff(before);
  const calls = (functionCalls ?? []) as readonly { readonly functionName: string; readonly params: never }[];
  return {
    text: response,
    calls: calls.map(({ functionName, params }) => ({ name: functionName, arguments: params ?? {} })),
    inputTokens: used.usedInputTokens,
    outputTokens: used.usedOutputTokens,
    stopReason: metadata.stopReason,
  };
}
