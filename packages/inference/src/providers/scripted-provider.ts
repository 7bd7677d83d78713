import { NotRecordedError } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type {
  ClassifyRequest,
  EmbedRequest,
  InferenceProvider,
  InferenceRequest,
  InferenceResponse,
  ModelInfo,
} from "@car/ir/ports";
import { checkEmbeddings } from "../answer/check-embeddings.js";
import { checkResponse } from "../answer/check-response.js";
import { checkScores } from "../answer/check-scores.js";
import { chunksOf } from "../answer/chunks-of.js";
import { throwIfCanceled } from "../failure/failure-of.js";

/** One answer: final text, parts of a response, or a function of the request that gives either or throws. */
export type ScriptedReply =
  string | Partial<InferenceResponse> | ((request: InferenceRequest) => string | Partial<InferenceResponse>);

/** What a scripted model says. It has the capabilities that the script has. */
export interface Script {
  /** Given in order to `infer` and `stream`; one request more is refused. */
  readonly replies?: readonly ScriptedReply[];
  /** The vector of each text. */
  readonly embed?: (text: string) => readonly number[];
  /** The score of each label, from 0 to 1. */
  readonly classify?: (text: string, label: string) => number;
  readonly about?: Partial<ModelInfo>;
}

/** A model that says what its script says; for tests and examples. It is as strict about its own answers as any. */
export interface ScriptedProvider extends InferenceProvider {
  /** What `infer` and `stream` were asked so far. */
  readonly requests: readonly InferenceRequest[];
}

/** Creates a scripted model, called `scripted` unless `about.id` says otherwise. Requests beyond the script reject with `CAR_INFERENCE_NOT_RECORDED`. */
export function scriptedProvider(script: Script): ScriptedProvider {
  assertKnownOptions(script, ["replies", "embed", "classify", "about"], "scriptedProvider");
  const { replies, embed, classify, about = {} } = script;
  const id = about.id ?? "scripted";
  const requests: InferenceRequest[] = [];
  const said = replies === undefined ? [] : ["infer", "stream", "tools", "json"];
  const able = [...said, ...(embed === undefined ? [] : ["embed"]), ...(classify === undefined ? [] : ["classify"])];
  const next = (request: InferenceRequest): InferenceResponse => {
    const reply = replies?.[requests.push(request) - 1];
    if (reply === undefined) throw new NotRecordedError(`the script of \`${id}\` has no reply ${requests.length}`);
    const given = typeof reply === "function" ? reply(request) : reply;
    const answer = { text: "", usage: undefined, ...(typeof given === "string" ? { text: given } : given) };
    return checkResponse(answer, id);
  };
  return {
    info: { capabilities: able, ...about, id },
    requests,
    ...(replies === undefined ? {} : inferring(next, id)),
    ...(embed === undefined
      ? {}
      : {
          async embed(request: EmbedRequest, call) {
            throwIfCanceled(id, call);
            const embeddings = request.texts.map((text) => embed(text));
            return checkEmbeddings({ embeddings }, { model: id, request, dim: about.dim });
          },
        }),
    ...(classify === undefined
      ? {}
      : {
          async classify(request: ClassifyRequest, call) {
            throwIfCanceled(id, call);
            const scores = request.labels.map((label) => ({ label, score: classify(request.text, label) }));
            return checkScores({ scores }, request, id);
          },
        }),
  };
}

function inferring(
  next: (request: InferenceRequest) => InferenceResponse,
  id: string,
): Required<Pick<InferenceProvider, "infer" | "stream">> {
  return {
    async infer(request, call) {
      throwIfCanceled(id, call);
      return next(request);
    },
    async *stream(request, call) {
      throwIfCanceled(id, call);
      for (const chunk of chunksOf(next(request))) {
        throwIfCanceled(id, call);
        yield chunk;
      }
    },
  };
}
