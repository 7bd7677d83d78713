import type { ModelFallbackData } from "@car/ir";
import type {
  ClassifyRequest,
  ClassifyResponse,
  Clock,
  EmbedRequest,
  EmbedResponse,
  Inference,
  InferenceCall,
  InferenceChunk,
  InferenceProvider,
  InferenceRequest,
  InferenceResponse,
  ModelInfo,
} from "@car/ir/ports";

/** What counts for how much when models are compared. Each factor is between 0 and 1. */
export interface RouterWeights {
  readonly quality: number;
  readonly speed: number;
  readonly price: number;
  readonly health: number;
}

/** What a router is made of. */
export interface RouterOptions {
  /** In the order that decides between equals. Ids must differ. */
  readonly providers: readonly InferenceProvider[];
  readonly clock: Clock;
  /** Told of each fallback before the next model is asked. What it throws is ignored. */
  readonly onFallback?: (fallback: ModelFallbackData) => void;
  /** Default: quality 1, speed 0.5, price 0.5, health 2. */
  readonly weights?: Partial<RouterWeights>;
  /** Milliseconds until a model that has not answered is given up; for a stream, until its first chunk. Default 120,000. */
  readonly timeoutMs?: number;
  /** Most models that are asked for one request. Default 3. */
  readonly maxModels?: number;
}

/** What was seen of a model so far. */
export interface ModelStats {
  readonly model: string;
  readonly calls: number;
  readonly failures: number;
  /** Of the failures: those that say nothing about the model (account, request, content, canceled). */
  readonly not_its_fault: number;
  /** From 0 (always fails) to 1, newer outcomes count more; a failure is half forgotten after a minute. */
  readonly health: number;
  /** Smoothed time of answers in milliseconds; absent before the first. */
  readonly latency_ms?: number;
  /** The host's judgement, or what `rate` has made of it. */
  readonly quality: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  /** Where prices are known. */
  readonly usd: number;
}

/** Chooses a model for each request. */
export interface Router extends Inference {
  infer(request: InferenceRequest, call?: InferenceCall): Promise<InferenceResponse>;
  stream(request: InferenceRequest, call?: InferenceCall): AsyncIterable<InferenceChunk>;
  embed(request: EmbedRequest, call?: InferenceCall): Promise<EmbedResponse>;
  classify(request: ClassifyRequest, call?: InferenceCall): Promise<ClassifyResponse>;
  models(): readonly ModelInfo[];
  stats(): readonly ModelStats[];
  /** Says how good an answer of a model was, from 0 to 1; moves the model's quality by a tenth of the way. */
  rate(model: string, quality: number): void;
  /** What an answer costs in dollars; 0 where no price is known. */
  costOf(model: string, usage: InferenceResponse["usage"]): number;
}
