import type { SchemaProblem } from "@car/ir/ports";
import { pointerOf } from "../document/json-pointer.js";
import type { Resource } from "../document/resource.js";
import type { SchemaLimits } from "../limits.js";
import type { Evaluated } from "./evaluated.js";

/** Everything that changes while one value is checked. */
export interface Run {
  /** `null` while only yes or no is asked for: then the first failure ends the check and nothing is allocated. */
  problems: SchemaProblem[] | null;
  /** Which members the schemas applied here have seen; `null` where no `unevaluated*` asks. */
  evaluated: Evaluated | null;
  /** From the whole value to the part being checked. Kept only while problems are collected. */
  readonly path: (string | number)[];
  /** The resources entered, outermost first: the dynamic scope of `$dynamicRef`. */
  readonly scope: Resource[];
  depth: number;
  steps: number;
  readonly limits: SchemaLimits;
}

/** Whether a value fits one schema or one keyword. In a collecting run a `false` has been reported. */
export type Evaluator = (value: unknown, run: Run) => boolean;

/** Whether one member of an object or array fits a schema. */
export type MemberEvaluator = (member: unknown, run: Run, key: string | number) => boolean;

/** What one keyword says when it fails; built at compile time. */
export interface Complaint {
  readonly keyword: string;
  readonly message: string;
}

/** Thrown inside a check that would cost more than its limits allow. Never leaves `check`. */
export class LimitReached extends Error {}

/** A run with nothing in it yet. */
export function newRun(limits: SchemaLimits): Run {
  return { problems: null, evaluated: null, path: [], scope: [], depth: 0, steps: 0, limits };
}

/** Reports a failure, when anybody listens. Always false, so that a check can return it. */
export function fail(run: Run, { keyword, message }: Complaint): false {
  const { problems } = run;
  if (problems === null) return false;
  problems.push({ path: pointerOf(run.path), keyword, message });
  return false;
}

/** True once a run needs no more failures: the first is enough, or the list is full. */
export function isDone(run: Run): boolean {
  return run.problems === null || run.problems.length >= run.limits.maxProblems;
}

/** True while neither problems nor annotations are wanted: then where the value stands does not matter. */
export function isSilent(run: Run): boolean {
  return run.problems === null && run.evaluated === null;
}

/** Counts one schema entered. Pair it with `leave`. */
export function enter(run: Run): void {
  if (++run.depth > run.limits.maxDepth) throw new LimitReached("is nested too deeply to be checked");
  if (++run.steps > run.limits.maxSteps) throw new LimitReached("takes too many steps to be checked");
}

/** The schema last entered is finished. */
export function leave(run: Run): void {
  run.depth--;
}

/** Applies a schema to the member `key` of the value at hand. */
export function asMember(evaluate: Evaluator): MemberEvaluator {
  return (member, run, key) => {
    if (isSilent(run)) return evaluate(member, run);
    const { evaluated, path } = run;
    // What is seen inside a member says nothing about the members of the value around it.
    run.evaluated = null;
    path.push(key);
    const valid = evaluate(member, run);
    path.pop();
    run.evaluated = evaluated;
    return valid;
  };
}
