/** Data-flow labels of a value: each once, in ascending code-unit order, frozen. The empty set is `NO_LABELS`. */
export type LabelSet = readonly string[];

/** The one empty set, so that "no labels" can be asked for by identity. */
export const NO_LABELS: LabelSet = Object.freeze([]);

/** The set of the labels in a list, in any order, repeated or not. */
export function labelSet(labels: readonly string[]): LabelSet {
  return labels.length === 0 ? NO_LABELS : Object.freeze([...new Set(labels)].sort());
}

/** Both sets together. Gives one of its arguments back when that holds the other: usually nothing is allocated. */
export function joinLabels(left: LabelSet, right: LabelSet): LabelSet {
  if (right.length === 0 || left === right) return left;
  if (left.length === 0) return right;
  if (right.every((label) => left.includes(label))) return left;
  return labelSet([...left, ...right]);
}

/** `labels` without those in `removed`. */
export function withoutLabels(labels: LabelSet, removed: readonly string[]): LabelSet {
  if (removed.length === 0 || !labels.some((label) => removed.includes(label))) return labels;
  return labelSet(labels.filter((label) => !removed.includes(label)));
}
