import type { JsonObject } from "../json/json-value.js";
import type { InferenceRequest, InferenceResponse, InferenceToolCall } from "./inference.js";

/** What a host knows of a model. Everything but `id` and `capabilities` only helps to choose among models. */
export interface ModelInfo {
  /** Unique among the models of a router, such as `openai/gpt-5-mini`. */
  readonly id: string;
  /** `infer`, `stream`, `embed`, `classify` for what it answers; `tools`, `json` and the host's own words for what it is good for. */
  readonly capabilities: readonly string[];
  /** Kinds of tasks it is meant for; an intent with one of them prefers it. */
  readonly tasks?: readonly string[];
  /** Runs on this machine: no network, no bill. */
  readonly local?: boolean;
  /** The host's judgement, from 0 to 1. */
  readonly quality?: number;
  /** Expected time of one answer; measured times take its place. */
  readonly latency_ms?: number;
  readonly usd_per_million_tokens?: { readonly input: number; readonly output: number };
  /** Length of its vectors, when it embeds. */
  readonly dim?: number;
}

/** Hints for choosing a model. They order the models that can answer; only `require` excludes any. */
export interface InferenceIntent {
  readonly task?: string;
  readonly prefer_local?: boolean;
  readonly prefer_fast?: boolean;
  readonly prefer_quality?: boolean;
  /** Capabilities that the model must have. */
  readonly require?: readonly string[];
}

/** What every call of a model may be given besides the question. */
export interface InferenceCall {
  /** Aborting it makes the call reject, or a stream end with a rejection, with kind `canceled`. */
  readonly signal?: AbortSignal;
  /** Facts about who asks, such as a run's id; they are repeated where a fallback is reported. */
  readonly caller?: JsonObject;
}

/** Texts to turn into vectors. */
export interface EmbedRequest {
  readonly texts: readonly string[];
  readonly model?: string;
  readonly intent?: InferenceIntent;
}

/** One vector for each text, in order, all of length `dim`. */
export interface EmbedResponse {
  readonly embeddings: readonly Float32Array[];
  readonly dim: number;
  readonly model: string;
  readonly usage: InferenceResponse["usage"];
}

/** A text and the labels to choose from. */
export interface ClassifyRequest {
  readonly text: string;
  readonly labels: readonly string[];
  /** Each label is judged by itself: the scores need not sum to 1. */
  readonly multi?: boolean;
  readonly model?: string;
  readonly intent?: InferenceIntent;
}

/** Every label with its score from 0 to 1, best first, ties in the order of the request. They sum to 1 unless `multi`. */
export interface ClassifyResponse {
  readonly scores: readonly { readonly label: string; readonly score: number }[];
  readonly model: string;
  readonly usage: InferenceResponse["usage"];
}

/** A part of an answer, as it comes. The last one is `end` and holds the whole answer. */
export type InferenceChunk =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "tool_call"; readonly call: InferenceToolCall }
  | { readonly type: "end"; readonly response: InferenceResponse };

/**
 * One model, whoever runs it. It has the methods that its `capabilities` name. A request's `model` and `intent` were
 * for whoever chose this provider. Methods reject with `CAR_INFERENCE_FAILED`, whose `kind` says what happened; no
 * error, and nothing else that can be read, holds a key. Rules IN-* are in `packages/inference/SPEC.md`;
 * `testInference` of `@car/conformance` checks them.
 */
export interface InferenceProvider {
  readonly info: ModelInfo;
  infer?(request: InferenceRequest, call?: InferenceCall): Promise<InferenceResponse>;
  /** Nothing is asked before the first chunk is wanted, and nothing more is read than is wanted. Leaving the loop ends the call. */
  stream?(request: InferenceRequest, call?: InferenceCall): AsyncIterable<InferenceChunk>;
  embed?(request: EmbedRequest, call?: InferenceCall): Promise<EmbedResponse>;
  classify?(request: ClassifyRequest, call?: InferenceCall): Promise<ClassifyResponse>;
}
