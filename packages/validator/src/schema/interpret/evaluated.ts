import type { Evaluator, Run } from "./run.js";

/** The members of one object or array that some schema has looked at: the annotations `unevaluated*` depends on. */
export interface Evaluated {
  allNames: boolean;
  readonly names: Set<string>;
  /** Items before this index have been seen; `Infinity` for all. */
  itemsBefore: number;
  /** Single items seen by `contains`. */
  readonly indexes: Set<number>;
}

/** Nothing seen yet. */
export function nothingEvaluated(): Evaluated {
  return { allNames: false, names: new Set(), itemsBefore: 0, indexes: new Set() };
}

/** Adds what `branch` has seen to `target`. */
export function mergeEvaluated(target: Evaluated, branch: Evaluated): void {
  target.allNames ||= branch.allNames;
  target.itemsBefore = Math.max(target.itemsBefore, branch.itemsBefore);
  for (const name of branch.names) target.names.add(name);
  for (const index of branch.indexes) target.indexes.add(index);
}

/** Applies a schema whose failure may be harmless: what it has seen counts only when it succeeds. */
export function evaluateBranch(evaluate: Evaluator, value: unknown, run: Run): boolean {
  const outer = run.evaluated;
  if (outer === null) return evaluate(value, run);
  const branch = nothingEvaluated();
  run.evaluated = branch;
  const valid = evaluate(value, run);
  run.evaluated = outer;
  if (valid) mergeEvaluated(outer, branch);
  return valid;
}

/** Asks only whether a schema holds: reports nothing and leaves no annotations unless `keep` is set. */
export function holds(evaluate: Evaluator, value: unknown, run: Run): boolean {
  const { problems } = run;
  run.problems = null;
  const valid = evaluateBranch(evaluate, value, run);
  run.problems = problems;
  return valid;
}
