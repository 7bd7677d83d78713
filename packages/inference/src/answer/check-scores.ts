import type { ClassifyRequest, ClassifyResponse } from "@car/ir/ports";
import { badAnswer } from "../failure/failure-of.js";
import { checkUsage } from "./check-response.js";

/**
 * Scores as the port wants them: every label once, numbers from 0 to 1, best first. Unless `multi` they are divided by
 * their sum.
 * @throws `CAR_INFERENCE_FAILED` (`bad_answer`) when a label is missing, unknown or twice, or a score is none.
 */
export function checkScores(value: unknown, request: ClassifyRequest, model: string): ClassifyResponse {
  const { scores, usage } = (value ?? {}) as { readonly scores?: unknown; readonly usage?: unknown };
  const found = new Map<string, number>();
  for (const item of Array.isArray(scores) ? (scores as readonly unknown[]) : []) {
    const { label, score } = (item ?? {}) as { readonly label?: unknown; readonly score?: unknown };
    if (typeof label !== "string" || typeof score !== "number" || !(score >= 0 && score <= 1 + 1e-6)) {
      throw badAnswer(model, "a score that is none");
    }
    if (found.has(label) || !request.labels.includes(label)) throw badAnswer(model, "a label that was not asked for");
    found.set(label, Math.min(score, 1));
  }
  if (found.size !== request.labels.length) throw badAnswer(model, "a label has no score");
  return { scores: ranked(request, found), model, usage: checkUsage(usage) };
}

function ranked(request: ClassifyRequest, found: ReadonlyMap<string, number>): ClassifyResponse["scores"] {
  const sum = [...found.values()].reduce((total, score) => total + score, 0);
  const share = (score: number): number => {
    if (request.multi === true) return score;
    return sum > 0 ? score / sum : 1 / found.size;
  };
  return request.labels
    .map((label) => ({ label, score: share(found.get(label) ?? 0) }))
    .sort((left, right) => right.score - left.score);
}
