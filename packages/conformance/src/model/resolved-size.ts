import type { ActionRun } from "./action-run.js";
import { canonicalText } from "./json-text.js";
import { parametersOf } from "./keys.js";
import { limitsOf } from "./plan.js";
import { referencesIn } from "./reference-text.js";
import type { ModelRun } from "./run.js";

/** Sizes are estimated: what comes this close to the limit may be on either side. */
const DOUBT = 0.1;

/**
 * Whether the parameters of this action are more than a run may make of its references.
 * Reading of the contract: parameters without references do not count; what was refused does, as it had been made.
 */
export function isLargeForRun(run: ModelRun, { planned, parameters }: ActionRun): boolean {
  if (referencesIn(parametersOf(planned.action)).length === 0) return false;
  const { max_resolved_bytes: limit } = limitsOf(run.world);
  const sum = run.resolvedBytes + canonicalText(parameters).length;
  if (Math.abs(sum - limit) < DOUBT * limit) run.undecided = true;
  run.resolvedBytes = sum;
  return sum > limit;
}
