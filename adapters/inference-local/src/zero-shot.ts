import type { ClassifyRequest, ClassifyResponse } from "@car/ir/ports";

/** How much nearer a label must be to get e times the score. */
const TEMPERATURE = 0.05;
/** Texts about a label are about this near to it, texts about something else are not. */
const MIDDLE = 0.25;

/** The sentence that stands for a label: labels are words, and the model knows sentences. The default; a host may say more. */
export function labelSentence(label: string): string {
  return `This text is about ${label}.`;
}

/**
 * Scores from vectors of a text and of its labels' sentences, both of length 1. Together they sum to 1; with `multi`
 * each is judged by itself.
 */
export function scoresOf(
  { labels, multi }: ClassifyRequest,
  text: Float32Array,
  sentences: readonly Float32Array[],
): ClassifyResponse["scores"] {
  const near = sentences.map((sentence) => cosine(text, sentence));
  const scores = multi === true ? near.map(squash) : shares(near);
  return labels
    .map((label, index) => ({ label, score: scores[index] ?? 0 }))
    .sort((left, right) => right.score - left.score);
}

function squash(near: number): number {
  return 1 / (1 + Math.exp((MIDDLE - near) / TEMPERATURE));
}

function shares(near: readonly number[]): readonly number[] {
  const best = Math.max(...near);
  const weights = near.map((each) => Math.exp((each - best) / TEMPERATURE));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function cosine(left: Float32Array, right: Float32Array): number {
  let product = 0;
  let leftSquare = 0;
  let rightSquare = 0;
  for (let index = 0; index < left.length; index++) {
    const [a, b] = [left[index] ?? 0, right[index] ?? 0];
    product += a * b;
    leftSquare += a * a;
    rightSquare += b * b;
  }
  const length = Math.sqrt(leftSquare * rightSquare);
  return length === 0 ? 0 : product / length;
}
