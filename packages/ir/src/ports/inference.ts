import type { JsonObject, JsonValue } from "../json/json-value.js";

/** One turn of a conversation with a model. */
export interface InferenceMessage {
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: string;
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
  readonly tool_calls?: readonly { readonly id: string; readonly name: string; readonly arguments: JsonValue }[];
  readonly usage: { readonly input_tokens: number; readonly output_tokens: number };
  readonly model: string;
  readonly finish_reason: string;
}

/** Talks to models. The engine works without one. */
export interface Inference {
  /** Rejects with a `CarError` when no model could answer. */
  infer(request: InferenceRequest, options?: { readonly signal?: AbortSignal }): Promise<InferenceResponse>;
}
