import type { JsonValue } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { EmbedRequest, EmbedResponse, InferenceCall, InferenceProvider, ModelInfo } from "@car/ir/ports";
import { checkEmbeddings } from "../answer/check-embeddings.js";
import { canceled, failureOf, throwIfCanceled } from "../failure/failure-of.js";
import { failureOfStatus } from "../failure/failure-of-status.js";
import { INFERENCE_LIMITS } from "../limits.js";
import { chatBody } from "./chat-body.js";
import type { HttpAnswer, HttpFetch } from "./http.js";
import { readBody, readWholeBody } from "./read-body.js";
import { parseFields, readCompletion, readCompletionStream, usageOf } from "./read-completion.js";
import { serverSentData } from "./server-sent-events.js";

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
  /** What else the host knows; `id` is `openai-compatible/MODEL` unless it is here. */
  readonly about?: Partial<ModelInfo>;
}

const OPTIONS = [
  "url",
  "model",
  "fetch",
  "apiKey",
  "kind",
  "about",
] as const satisfies readonly (keyof OpenAiCompatibleOptions)[];

interface Endpoint extends OpenAiCompatibleOptions {
  readonly id: string;
}

/** A model behind an HTTP API as OpenAI's: OpenAI itself, and vLLM, Ollama, LM Studio, llama.cpp, OpenRouter and many more. */
export function openAiCompatible(options: OpenAiCompatibleOptions): InferenceProvider {
  assertKnownOptions(options, OPTIONS, "openAiCompatible");
  const { model, about = {}, kind = "chat" } = options;
  const id = about.id ?? `openai-compatible/${model}`;
  const at: Endpoint = { ...options, id };
  const capabilities = kind === "chat" ? ["infer", "stream", "tools", "json"] : ["embed"];
  const info: ModelInfo = { capabilities, ...about, id };
  if (kind === "embeddings") return { info, embed: (request, call) => embed(at, request, call) };
  return {
    info,
    async infer(request, call) {
      const answer = await post(at, { path: "chat/completions", body: chatBody(model, request), call });
      return guarded(at, call, async () => readCompletion(await readWholeBody(answer, { model: id, call }), id));
    },
    async *stream(request, call) {
      const body = { ...chatBody(model, request), stream: true, stream_options: { include_usage: true } };
      const answer = await post(at, { path: "chat/completions", body, call });
      try {
        yield* readCompletionStream(serverSentData(readBody(answer, { model: id, call }), id), id);
      } catch (error) {
        throw failureOf(error, { model: id, call, secrets: secretsOf(at) });
      }
    },
  };
}

async function embed(at: Endpoint, request: EmbedRequest, call: InferenceCall | undefined): Promise<EmbedResponse> {
  const body = { model: at.model, input: request.texts, encoding_format: "float" };
  const answer = await post(at, { path: "embeddings", body, call });
  return guarded(at, call, async () => {
    const fields = parseFields(await readWholeBody(answer, { model: at.id, call }), at.id);
    const rows = (Array.isArray(fields["data"]) ? fields["data"] : []) as readonly { index?: number }[];
    const inOrder = [...rows].sort((left, right) => (left.index ?? 0) - (right.index ?? 0));
    const embeddings = inOrder.map((row) => (row as { readonly embedding?: unknown }).embedding);
    return checkEmbeddings({ embeddings, usage: usageOf(fields) }, { model: at.id, request, dim: at.about?.dim });
  });
}

interface Post {
  readonly path: string;
  readonly body: Record<string, JsonValue>;
  readonly call: InferenceCall | undefined;
}

/** Sends a request and gives the answer, whose body is not read yet. */
async function post(at: Endpoint, { path, body, call }: Post): Promise<HttpAnswer> {
  throwIfCanceled(at.id, call);
  const answer = await guarded(at, call, async () => {
    const key = at.apiKey?.();
    return at.fetch(`${at.url.replace(/\/+$/, "")}/${path}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(key === undefined || key === "" ? {} : { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify(body),
      ...(call?.signal === undefined ? {} : { signal: call.signal }),
    });
  });
  if (call?.signal?.aborted === true) {
    void answer.body?.cancel().catch(() => undefined);
    throw canceled(at.id);
  }
  if (answer.ok) return answer;
  const text = await guarded(at, call, () => beginningOf(answer, { model: at.id, call }));
  throw failureOfStatus({
    status: answer.status,
    text,
    retryAfter: answer.headers.get("retry-after"),
    model: at.id,
    secrets: secretsOf(at),
  });
}

/** An error's body says what it says in its beginning. */
async function beginningOf(answer: HttpAnswer, of: Parameters<typeof readBody>[1]): Promise<string> {
  let text = "";
  for await (const piece of readBody(answer, of)) {
    text += piece;
    if (text.length > 4 * INFERENCE_LIMITS.maxMessageChars) break;
  }
  return text;
}

async function guarded<T>(
  at: Endpoint,
  call: InferenceCall | undefined,
  body: () => Promise<T> | PromiseLike<T>,
): Promise<T> {
  try {
    return await body();
  } catch (error) {
    throw failureOf(error, { model: at.id, call, secrets: secretsOf(at) });
  }
}

function secretsOf({ apiKey }: Endpoint): readonly string[] {
  const key = apiKey?.();
  return key === undefined || key.length < 4 ? [] : [key];
}
