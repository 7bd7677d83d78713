import { assertKnownOptions } from "@car/ir/internal";
import type { InferenceProvider, ModelInfo } from "@car/ir/ports";
import type { Endpoint } from "../http/endpoint.js";
import type { HttpFetch } from "../http/http.js";
import { httpModel } from "../http/http-model.js";
import { messageBody } from "./message-body.js";
import { readMessage, readMessageStream } from "./read-message.js";

/** A model behind Anthropic's own API. */
export interface AnthropicModelOptions {
  /** The model's name there. */
  readonly model: string;
  readonly fetch: HttpFetch;
  /** The API's base. Default `https://api.anthropic.com/v1`. */
  readonly url?: string;
  /** Sent as `x-api-key`; asked for before each call. It is in nothing else that can be read. */
  readonly apiKey?: (() => string | undefined) | undefined;
  /** Tokens of an answer, where a request does not say: the API wants a number. Default 4,096. */
  readonly maxTokens?: number;
  /** Headers besides, such as `anthropic-beta`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What else the host knows; `id` is `anthropic/MODEL` unless it is here. */
  readonly about?: Partial<ModelInfo>;
}

const OPTIONS = [
  "model",
  "fetch",
  "url",
  "apiKey",
  "maxTokens",
  "headers",
  "about",
] as const satisfies readonly (keyof AnthropicModelOptions)[];
const VERSION = "2023-06-01";
const MAX_TOKENS = 4_096;

/** A model behind Anthropic's `messages`. JSON is asked for in words: the answer is checked in any case. */
export function anthropicModel(options: AnthropicModelOptions): InferenceProvider {
  assertKnownOptions(options, OPTIONS, "anthropicModel");
  const { model, fetch, url = "https://api.anthropic.com/v1", apiKey, headers, about = {} } = options;
  const id = about.id ?? `anthropic/${model}`;
  const headersOf: Endpoint["headersOf"] = (key) => ({
    "anthropic-version": VERSION,
    ...headers,
    ...(key === undefined ? {} : { "x-api-key": key }),
  });
  const at: Endpoint = { id, url, fetch, apiKey, headersOf };
  const defaults = { model, maxTokens: options.maxTokens ?? MAX_TOKENS };
  return {
    info: { capabilities: ["infer", "stream", "tools", "json"], ...about, id },
    ...httpModel(at, {
      path: "messages",
      bodyOf: (request, { stream }) => ({ ...messageBody(request, defaults), ...(stream ? { stream } : {}) }),
      read: readMessage,
      readStream: readMessageStream,
    }),
  };
}
