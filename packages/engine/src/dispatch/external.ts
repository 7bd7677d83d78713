import { effectiveReversibility } from "@car/ir/internal";
import { EXTERNAL } from "../plan/plan-flags.js";
import type { Outcome } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";

/** Whether the call may leave something outside the state store. */
export function isExternal({ plan }: Pick<Run, "plan">, { index, action, tool, errand }: Slot): boolean {
  if (errand === undefined) return (plan.flags[index]! & EXTERNAL) !== 0;
  return effectiveReversibility(action, tool?.schema) !== "reversible";
}

/** Whether a call's failure leaves open what it did, and there is somebody to ask. */
export function mayProbe(run: Run, slot: Slot, outcome: Outcome): boolean {
  if (outcome.status !== "failed" || outcome.sideEffect !== "unknown" || slot.errand !== undefined) return false;
  return hasProbe(run, slot);
}

/** Whether somebody is asked before what a call may have done counts as unknown. */
export function hasProbe(run: Run, slot: Slot): boolean {
  return slot.tool?.probe !== undefined && isExternal(run, slot);
}
