import { sha256Hex } from "@car/ir";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";

/** The same for every attempt at an action, in whatever process; different for any other action, and for each call beside it. */
export function idempotencyKeyOf({ scope }: Run, { action, errand }: Slot): string {
  return sha256Hex(`${scope.run_id}:${action.id}${errand === undefined ? "" : `:${errand.kind}`}`);
}
