import type { Resource } from "../document/resource.js";
import { accept } from "./boolean-schemas.js";
import { mergeEvaluated, nothingEvaluated } from "./evaluated.js";
import { enter, type Evaluator, leave, type Run } from "./run.js";

/** All of `checks`, in order: up to the first failure, or, in a collecting run, to the last check. */
export function sequence(checks: readonly Evaluator[]): Evaluator {
  const [first, second, third] = checks;
  if (first === undefined) return accept;
  if (second === undefined) return first;
  if (third === undefined) return both(first, second);
  return (value, run) => checkEach(checks, value, run);
}

/** Counts the schema against the run's limits; for schemas that apply others. */
export function counted(evaluate: Evaluator): Evaluator {
  return (value, run) => {
    enter(run);
    const valid = evaluate(value, run);
    leave(run);
    return valid;
  };
}

/** Applies a schema of another resource, which is then the innermost of the dynamic scope. */
export function inScope(resource: Resource, evaluate: Evaluator): Evaluator {
  return (value, run) => {
    run.scope.push(resource);
    const valid = evaluate(value, run);
    run.scope.pop();
    return valid;
  };
}

/** For `unevaluated*`, which sees what its own schema object has seen but not what the schemas around it have. */
export function withOwnAnnotations(evaluate: Evaluator): Evaluator {
  return (value, run) => {
    const outer = run.evaluated;
    const own = nothingEvaluated();
    run.evaluated = own;
    const valid = evaluate(value, run);
    run.evaluated = outer;
    if (valid && outer !== null) mergeEvaluated(outer, own);
    return valid;
  };
}

/** Two checks are the most common number, and worth sparing the loop. */
function both(first: Evaluator, second: Evaluator): Evaluator {
  return (value, run) => {
    if (first(value, run)) return second(value, run);
    if (run.problems !== null) second(value, run);
    return false;
  };
}

function checkEach(checks: readonly Evaluator[], value: unknown, run: Run): boolean {
  let valid = true;
  for (const check of checks) {
    if (check(value, run)) continue;
    if (run.problems === null) return false;
    valid = false;
  }
  return valid;
}
