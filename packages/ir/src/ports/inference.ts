import type { JsonObject, JsonValue } from "../json/json-value.js";
import type {
  ClassifyRequest,
  ClassifyResponse,
  EmbedRequest,
  EmbedResponse,
  InferenceCall,
  InferenceChunk,
  InferenceIntent,
  ModelInfo,
} from "./inference-provider.js";

/** One call that a model asks for. */
export interface InferenceToolCall {
  /** The model's own name for the call; the `tool` message that answers it repeats it. */
  readonly id: string;
  readonly name: string;
  /** An object, or its JSON text as some APIs give it. */
  readonly arguments: JsonValue;
  /** What the service wants back with the call when it is repeated to it; nobody else reads it. */
  readonly extra?: JsonValue;
}

/** One turn of a conversation with a model. */
export interface InferenceMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: string;
  /** In an `assistant` message: the calls that the model made in it. Each is answered by a `tool` message. */
  readonly tool_calls?: readonly InferenceToolCall[];
  /** In a `tool` message: the call that is answered. */
  readonly tool_call_id?: string;
  /** In a `tool` message: the called tool, by the name the model used. */
  readonly name?: string;
}

/** What a model is asked. */
export interface InferenceRequest {
  readonly messages: readonly InferenceMessage[];
  readonly model?: string;
  readonly tools?: readonly { readonly name: string; readonly description: string; readonly parameters: JsonObject }[];
  /** JSON Schema of the wanted answer. */
  readonly response_format?: JsonObject;
  readonly params?: {
    readonly temperature?: number;
    readonly top_p?: number;
    readonly max_tokens?: number;
    readonly stop?: readonly string[];
    readonly seed?: number;
  };
  /** Read only where `model` is absent. */
  readonly intent?: InferenceIntent;
}

/** What a model answered. */
export interface InferenceResponse {
  readonly text: string;
  readonly tool_calls?: readonly InferenceToolCall[];
  readonly usage: { readonly input_tokens: number; readonly output_tokens: number };
  readonly model: string;
  /**
   * Why it ended: `stop` or `tool_calls` when it is whole, else `length`, `content_filter`, `error` or `unknown`. The calls of
   * an answer that is not whole are never made.
   */
  readonly finish_reason: string;
}

/** Talks to models. The engine works without one. What is optional is missing where no model does it. */
export interface Inference {
  /** Rejects with a `CarError` when no model could answer. */
  infer(request: InferenceRequest, call?: InferenceCall): Promise<InferenceResponse>;
  /** As `InferenceProvider.stream`. */
  stream?(request: InferenceRequest, call?: InferenceCall): AsyncIterable<InferenceChunk>;
  embed?(request: EmbedRequest, call?: InferenceCall): Promise<EmbedResponse>;
  classify?(request: ClassifyRequest, call?: InferenceCall): Promise<ClassifyResponse>;
  /** The models that could be asked for, in the host's order. */
  models?(): readonly ModelInfo[];
}
