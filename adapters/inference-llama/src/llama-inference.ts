import { CarError, InferenceFailedError, type InferenceFailure } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { InferenceCall, InferenceProvider, InferenceRequest, InferenceResponse, ModelInfo } from "@car/ir/ports";
import { historyOf } from "./chat-history.js";
import { loadLlama } from "./load-llama.js";
import type { GenerateOptions, Generated, LlamaModelFile, LoadedLlama, LoadLlama } from "./loaded-llama.js";

/** A model's file, and what to call it. */
export interface LlamaInferenceOptions extends LlamaModelFile {
  /** Default: `local/` and the file's name without `.gguf`. */
  readonly id?: string;
  /** What else a router may know of it. */
  readonly about?: Partial<Omit<ModelInfo, "id" | "capabilities">>;
  /** Default: `node-llama-cpp`. */
  readonly load?: LoadLlama;
}

/** A language model in memory, from its first call on. */
export interface LlamaInference extends Required<Pick<InferenceProvider, "info" | "infer">> {
  /** Frees the model when the calls before are done. Later calls reject with `CAR_INFERENCE_FAILED`, kind `unavailable`. */
  close(): Promise<void>;
}

const OPTIONS = [
  "modelPath",
  "contextSize",
  "threads",
  "gpu",
  "id",
  "about",
  "load",
] as const satisfies readonly (keyof LlamaInferenceOptions)[];
const ANSWER_TOKENS = 1_024;

/** A provider that runs a GGUF file on this machine, one call after the other. */
export function llamaInference(options: LlamaInferenceOptions): LlamaInference {
  assertKnownOptions(options, OPTIONS, "llamaInference");
  const { id, about, load = loadLlama, ...file } = options;
  const model = id ?? nameOf(file.modelPath);
  let loading: Promise<LoadedLlama> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;
  const run = async (request: InferenceRequest, call: InferenceCall | undefined): Promise<InferenceResponse> => {
    try {
      if (closed) throw new Error("it is closed");
      call?.signal?.throwIfAborted();
      loading ??= load(file);
      // A failed load is tried again: what it needs may be there by then.
      const loaded = await loading.catch((error: unknown) => {
        loading = undefined;
        throw error;
      });
      return responseOf(await loaded.generate(historyOf(request.messages), optionsOf(request, call)), model);
    } catch (error) {
      throw failureOf(error, { model, call });
    }
  };
  return {
    info: {
      quality: 0.4,
      local: true,
      usd_per_million_tokens: { input: 0, output: 0 },
      ...about,
      id: model,
      capabilities: ["infer", "tools", "json"],
    },
    infer(request, call) {
      if (closed) return run(request, call);
      const mine = last.then(() => run(request, call));
      last = mine.catch(() => undefined);
      return mine;
    },
    async close() {
      await last;
      closed = true;
      const loaded = await loading?.catch(() => undefined);
      loading = undefined;
      await loaded?.close();
    },
  };
}

function nameOf(path: string): string {
  const file = path.split(/[\\/]/).at(-1) ?? path;
  return `local/${file.replace(/\.gguf$/i, "")}`;
}

function optionsOf({ params = {}, response_format: schema, tools }: InferenceRequest, call?: InferenceCall) {
  const functions = Object.fromEntries(
    (tools ?? []).map(({ name, description, parameters }) => [name, { description, params: parameters }]),
  );
  const options: GenerateOptions = {
    maxTokens: params.max_tokens ?? ANSWER_TOKENS,
    ...(params.temperature === undefined ? {} : { temperature: params.temperature }),
    ...(params.top_p === undefined ? {} : { topP: params.top_p }),
    ...(params.seed === undefined ? {} : { seed: params.seed }),
    ...(params.stop === undefined ? {} : { customStopTriggers: params.stop }),
    ...(schema === undefined ? {} : { schema }),
    ...((tools ?? []).length === 0 ? {} : { functions }),
    ...(call?.signal === undefined ? {} : { signal: call.signal }),
  };
  return options;
}

const FINISH: Readonly<Record<string, string>> = { maxTokens: "length", functionCalls: "tool_calls" };

function responseOf(answer: Generated, model: string): InferenceResponse {
  const { text, calls, inputTokens, outputTokens, stopReason } = answer;
  return {
    text,
    ...(calls.length === 0 ? {} : { tool_calls: calls.map((call, index) => ({ id: `call_${index}`, ...call })) }),
    usage: { input_tokens: inputTokens, output_tokens: outputTokens },
    model,
    finish_reason: FINISH[stopReason] ?? "stop",
  };
}

function failureOf(
  error: unknown,
  { model, call }: { readonly model: string; readonly call?: InferenceCall | undefined },
) {
  if (CarError.isInstance(error)) return error;
  const canceled = call?.signal?.aborted === true;
  const kind: InferenceFailure = canceled ? "canceled" : "unavailable";
  const message = error instanceof Error ? error.message : String(error);
  const what = canceled ? "the call was canceled" : `model \`${model}\` failed: ${message}`;
  return new InferenceFailedError(what, { kind, model });
}
