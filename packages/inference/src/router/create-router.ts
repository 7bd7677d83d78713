import { ConfigInvalidError } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type {
  ClassifyRequest,
  ClassifyResponse,
  EmbedRequest,
  EmbedResponse,
  InferenceCall,
  InferenceRequest,
  InferenceResponse,
} from "@car/ir/ports";
import { checkEmbeddings } from "../answer/check-embeddings.js";
import { checkResponse } from "../answer/check-response.js";
import { checkScores } from "../answer/check-scores.js";
import { ask, type Way } from "./ask.js";
import type { Candidate } from "./candidates.js";
import { checkClassifyRequest, checkEmbedRequest, checkInferRequest, needOf } from "./check-request.js";
import { streamed } from "./streamed.js";
import type { Router, RouterOptions, RouterWeights } from "./router-options.js";
import { costOf, TrackRecord } from "./track-record.js";

const OPTIONS = [
  "providers",
  "clock",
  "onFallback",
  "weights",
  "timeoutMs",
  "maxModels",
] as const satisfies readonly (keyof RouterOptions)[];
const WEIGHTS = ["quality", "speed", "price", "health"] as const satisfies readonly (keyof RouterWeights)[];

/**
 * Puts many models behind one port. Every answer is checked again, whoever the provider is.
 * @throws `ConfigInvalidError` (`CAR_CONFIG_INVALID`) when two providers have one id, and for an unknown option or weight.
 */
export function createRouter(options: RouterOptions): Router {
  assertKnownOptions(options, OPTIONS, "createRouter");
  assertKnownOptions(options.weights, WEIGHTS, "weights");
  const all = options.providers.map((provider) => ({ provider, record: new TrackRecord(provider.info) }));
  const ids = new Set(all.map(({ provider }) => provider.info.id));
  if (ids.size !== all.length) throw new ConfigInvalidError("two models of the router have the same id");
  const way: Way = { options, all };
  const find = (model: string): Candidate | undefined => all.find(({ provider }) => provider.info.id === model);
  return {
    infer: (request, call) => infer(way, request, call),
    embed: (request, call) => embed(way, request, call),
    classify: (request, call) => classify(way, request, call),
    stream: (request, call) => streamed(way, request, call),
    models: () => all.map(({ provider }) => provider.info),
    stats: () => all.map(({ record }) => record.statsAt(options.clock.now())),
    rate: (model, quality) => find(model)?.record.rate(quality),
    costOf: (model, usage) => {
      const info = find(model)?.provider.info;
      return info === undefined ? 0 : costOf(info, usage);
    },
  };
}

async function infer(way: Way, request: InferenceRequest, call?: InferenceCall): Promise<InferenceResponse> {
  checkInferRequest(request);
  const run = async ({ provider }: Candidate, own: InferenceCall): Promise<InferenceResponse> => {
    const answer = checkResponse(await provider.infer!(request, own), provider.info.id);
    // Its id among the models of this router, by which it can be asked for again.
    return { ...answer, model: provider.info.id };
  };
  return ask(way, needOf("infer", request), { call, run });
}

async function embed(way: Way, request: EmbedRequest, call?: InferenceCall): Promise<EmbedResponse> {
  checkEmbedRequest(request);
  const run = async ({ provider, record }: Candidate, own: InferenceCall): Promise<EmbedResponse> => {
    const expected = { model: provider.info.id, request, dim: record.dim };
    const answer = checkEmbeddings(await provider.embed!(request, own), expected);
    if (answer.embeddings.length > 0) record.dim = answer.dim;
    return answer;
  };
  return ask(way, { method: "embed", model: request.model, intent: request.intent }, { call, run });
}

async function classify(way: Way, request: ClassifyRequest, call?: InferenceCall): Promise<ClassifyResponse> {
  checkClassifyRequest(request);
  const run = async ({ provider }: Candidate, own: InferenceCall): Promise<ClassifyResponse> =>
    checkScores(await provider.classify!(request, own), request, provider.info.id);
  return ask(way, { method: "classify", model: request.model, intent: request.intent }, { call, run });
}
