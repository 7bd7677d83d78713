import type { Vocabulary } from "./vocabulary.js";
import { type FoundValue, valuesIn } from "./values.js";

/** What texts are compared with. */
export interface Comparison {
  readonly vocabulary: Vocabulary;
  readonly states: ReadonlySet<string>;
}

/** Enough words in common to be about one value. */
const SAME = 0.5;

/** Whether two texts give the same value: the same checkable ones where both have some of a kind, else mostly the same words. */
export function sameValue(left: string, right: string, { vocabulary, states }: Comparison): boolean {
  const offered = valuesIn(` ${left}`, states);
  const held = valuesIn(` ${right}`, states);
  const verdict = compareKinds(offered, held);
  if (verdict !== undefined) return verdict;
  const a = new Set(vocabulary.termsOf(left));
  const b = new Set(vocabulary.termsOf(right));
  const common = [...a].filter((term) => b.has(term)).length;
  return common / Math.max(1, Math.min(a.size, b.size)) >= SAME;
}

/** Whether everything `text` says is said by `whole`. */
export function isSaidBy(text: string, whole: string, { vocabulary, states }: Comparison): boolean {
  const verdict = compareKinds(valuesIn(` ${text}`, states), valuesIn(` ${whole}`, states));
  if (verdict === false) return false;
  const held = new Set(vocabulary.termsOf(whole));
  const said = vocabulary.termsOf(text);
  return said.length > 0 && said.every((term) => held.has(term));
}

/** `undefined` when no kind of value is on both sides. */
function compareKinds(left: readonly FoundValue[], right: readonly FoundValue[]): boolean | undefined {
  const kinds = left.filter(({ kind }) => kind !== "name" && right.some((other) => other.kind === kind));
  if (kinds.length === 0) return undefined;
  return kinds.some(({ kind, norm }) => right.some((other) => other.kind === kind && other.norm === norm));
}
