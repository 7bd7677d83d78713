import { assertKnownOptions } from "@car/ir/internal";
import type { EmbedRequest, EmbedResponse, InferenceCall, InferenceProvider, ModelInfo } from "@car/ir/ports";
import { checkEmbeddings } from "../answer/check-embeddings.js";
import { type Endpoint, guarded, post } from "../http/endpoint.js";
import { listOf } from "../http/fields-of.js";
import type { HttpFetch } from "../http/http.js";
import { httpModel, type ModelApi } from "../http/http-model.js";
import { readWholeBody } from "../http/read-body.js";
import { parseFields } from "../http/server-sent-events.js";
import { chatBody } from "./chat-body.js";
import { dialectOf, type OpenAiDialect } from "./dialect.js";
import { readCompletion, readCompletionStream, usageOf } from "./read-completion.js";

/** Where a model is served, and what for. */
export interface OpenAiCompatibleOptions {
  /** The API's base, such as `https://api.openai.com/v1`. */
  readonly url: string;
  /** The model's name there. */
  readonly model: string;
  readonly fetch: HttpFetch;
  /** Sent as a bearer token; asked for before each call, so that it can change. It is in nothing else that can be read. */
  readonly apiKey?: (() => string | undefined) | undefined;
  /** `chat` (default) or `embeddings`: which of the two the model does. */
  readonly kind?: "chat" | "embeddings";
  /** How the server differs from others. Default: by its host's name, from a table. */
  readonly dialect?: Partial<OpenAiDialect>;
  /** What else the host knows; `id` is `openai-compatible/MODEL` unless it is here. */
  readonly about?: Partial<ModelInfo>;
}

const OPTIONS = [
  "url",
  "model",
  "fetch",
  "apiKey",
  "kind",
  "dialect",
  "about",
] as const satisfies readonly (keyof OpenAiCompatibleOptions)[];
const DIALECT = ["maxTokens", "seed", "json", "streamUsage"] as const satisfies readonly (keyof OpenAiDialect)[];

/** A model behind an HTTP API as OpenAI's: OpenAI itself, and vLLM, Ollama, LM Studio, llama.cpp, OpenRouter and many more. */
export function openAiCompatible(options: OpenAiCompatibleOptions): InferenceProvider {
  assertKnownOptions(options, OPTIONS, "openAiCompatible");
  assertKnownOptions(options.dialect, DIALECT, "dialect");
  const { url, model, fetch, apiKey, about = {}, kind = "chat" } = options;
  const id = about.id ?? `openai-compatible/${model}`;
  const at: Endpoint = { id, url, fetch, apiKey, headersOf: bearerOf };
  const capabilities = kind === "chat" ? ["infer", "stream", "tools", "json"] : ["embed"];
  const info: ModelInfo = { capabilities, ...about, id };
  if (kind === "embeddings") return { info, embed: (request, call) => embed(at, options, { request, call }) };
  const dialect = dialectOf(url, options.dialect);
  const usage = dialect.streamUsage ? { stream_options: { include_usage: true } } : {};
  const api: ModelApi = {
    path: "chat/completions",
    bodyOf: (request, { stream }) => ({
      ...chatBody(model, request, dialect),
      ...(stream ? { stream, ...usage } : {}),
    }),
    read: readCompletion,
    readStream: readCompletionStream,
  };
  return { info, ...httpModel(at, api) };
}

function bearerOf(key: string | undefined): Record<string, string> {
  return key === undefined ? {} : { authorization: `Bearer ${key}` };
}

async function embed(
  at: Endpoint,
  { model, about }: OpenAiCompatibleOptions,
  { request, call }: { readonly request: EmbedRequest; readonly call: InferenceCall | undefined },
): Promise<EmbedResponse> {
  const body = { model, input: request.texts, encoding_format: "float" };
  const answer = await post(at, { path: "embeddings", body, call });
  return guarded(at, call, async () => {
    const fields = parseFields(await readWholeBody(answer, { model: at.id, call }), at.id);
    const rows = listOf(fields["data"]) as readonly { index?: number }[];
    const inOrder = [...rows].sort((left, right) => (left.index ?? 0) - (right.index ?? 0));
    const embeddings = inOrder.map((row) => (row as { readonly embedding?: unknown }).embedding);
    return checkEmbeddings({ embeddings, usage: usageOf(fields) }, { model: at.id, request, dim: about?.dim });
  });
}
