import type { EmbedRequest, EmbedResponse } from "@car/ir/ports";
import { badAnswer } from "../failure/failure-of.js";
import { checkUsage } from "./check-response.js";

/** What was asked, and how long vectors of this model have been so far. */
export interface ExpectedVectors {
  readonly model: string;
  readonly request: EmbedRequest;
  readonly dim?: number | undefined;
}

/**
 * Vectors as the port wants them: one for each text, of one length, without NaN.
 * @throws `CAR_INFERENCE_FAILED` (`bad_answer`) otherwise, and when the length is not the expected one.
 */
export function checkEmbeddings(value: unknown, { model, request, dim }: ExpectedVectors): EmbedResponse {
  const { embeddings, usage } = (value ?? {}) as { readonly embeddings?: unknown; readonly usage?: unknown };
  if (!Array.isArray(embeddings) || embeddings.length !== request.texts.length) {
    const count = Array.isArray(embeddings) ? embeddings.length : 0;
    throw badAnswer(model, `${count} vectors for ${request.texts.length} texts`);
  }
  const vectors = embeddings.map((vector: unknown) => vectorOf(vector, model));
  const length = dim ?? vectors[0]?.length ?? 0;
  const odd = vectors.find((vector) => vector.length !== length);
  if (odd !== undefined) throw badAnswer(model, `a vector of ${odd.length} dimensions, not ${length}`);
  return { embeddings: vectors, dim: length, model, usage: checkUsage(usage) };
}

function vectorOf(value: unknown, model: string): Float32Array {
  const vector = value instanceof Float32Array ? value : Float32Array.from(numbersOf(value, model));
  if (vector.length === 0) throw badAnswer(model, "an empty vector");
  if (!vector.every(Number.isFinite)) throw badAnswer(model, "a vector with something that is no number");
  return vector;
}

function numbersOf(value: unknown, model: string): readonly number[] {
  if (Array.isArray(value) && value.every((item) => typeof item === "number")) return value;
  throw badAnswer(model, "something that is no vector");
}
