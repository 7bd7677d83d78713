import type { JsonObject, JsonValue } from "../json/json-value.js";

/** One call that a model asks for. */
export interface InferenceToolCall {
  /** The model's own name for the call; the `tool` message that answers it repeats it. */
  readonly id: string;
  readonly name: string;
  /** An object, or its JSON text as some APIs give it. */
  readonly arguments: JsonValue;
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
  readonly params?: { readonly temperature?: number; readonly max_tokens?: number; readonly seed?: number };
}

/** What a model answered. */
export interface InferenceResponse {
  readonly text: string;
  readonly tool_calls?: readonly InferenceToolCall[];
  readonly usage: { readonly input_tokens: number; readonly output_tokens: number };
  readonly model: string;
  readonly finish_reason: string;
}

/** Talks to models. The engine works without one. */
export interface Inference {
  /** Rejects with a `CarError` when no model could answer. */
  infer(request: InferenceRequest, options?: { readonly signal?: AbortSignal }): Promise<InferenceResponse>;
}
