import type { CompiledSchema, SchemaProblem } from "@car/ir/ports";
import { pointerOf } from "./document/json-pointer.js";
import { type Evaluator, LimitReached, newRun, type Run } from "./interpret/run.js";
import type { SchemaLimits } from "./limits.js";

/** Answers yes quickly. Its no is only a reason to look closer: the interpreter decides. */
export type FastAccept = (value: unknown) => boolean;

const NO_PROBLEMS: readonly SchemaProblem[] = Object.freeze([]);

/**
 * Joins the interpreter with what accepts most values before it is asked. Problems always come from the interpreter,
 * so they are the same whether or not code could be generated.
 */
export function compiledSchema(
  evaluate: Evaluator,
  fastAccept: FastAccept | undefined,
  limits: SchemaLimits,
): CompiledSchema {
  const accepts = fastAccept === undefined ? interpretedAccept(evaluate, limits) : guarded(fastAccept);
  return { check: (value) => (accepts(value) ? NO_PROBLEMS : collectProblems(value, evaluate, limits)) };
}

function guarded(fastAccept: FastAccept): FastAccept {
  return (value) => {
    try {
      return fastAccept(value);
    } catch {
      // A getter threw. The interpreter meets it again and reports it.
      return false;
    }
  };
}

/** The first, unreported pass. Its run is used again and again, so that a valid value costs no memory. */
function interpretedAccept(evaluate: Evaluator, limits: SchemaLimits): FastAccept {
  const run = newRun(limits);
  return (value) => {
    run.steps = 0;
    try {
      return evaluate(value, run);
    } catch {
      // The second pass meets the same obstacle and reports it, with its place.
      reset(run);
      return false;
    }
  };
}

function reset(run: Run): void {
  run.problems = null;
  run.evaluated = null;
  run.path.length = 0;
  run.scope.length = 0;
  run.depth = 0;
}

function collectProblems(value: unknown, evaluate: Evaluator, limits: SchemaLimits): readonly SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  const run = newRun(limits);
  run.problems = problems;
  try {
    if (evaluate(value, run)) return NO_PROBLEMS;
  } catch (error) {
    problems.push({ path: pointerOf(run.path), keyword: "limit", message: reasonOf(error) });
  }
  return problems;
}

/** What cannot be checked is not valid: the run's limits, an exhausted stack, a getter that throws. */
function reasonOf(error: unknown): string {
  return error instanceof LimitReached ? error.message : "cannot be checked";
}
