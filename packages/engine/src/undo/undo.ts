import { isThenable } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import { compensationOf } from "./compensation.js";
import { runCompensation } from "./run-compensation.js";

/** Runs the compensations that are due, the last success first, each once. Never throws for a compensation's failure. */
export async function undo(run: Run): Promise<void> {
  const due = run.slots.filter(isDue).sort((left, right) => right.completion - left.completion);
  for (const slot of due) {
    const compensation = compensationOf(run, slot);
    if (compensation === undefined) continue;
    const done = runCompensation(run, slot, compensation);
    slot.compensated = isThenable(done) ? await done : done;
  }
}

/** What came from a receipt or a cache was done by somebody else, who answers for it. */
function isDue({ action, outcome, cached, deduplicated, compensated }: Slot): boolean {
  // In a recovered run some of it was tried before.
  if (compensated !== undefined) return false;
  return action.type === "tool_call" && outcome?.status === "succeeded" && !cached && !deduplicated;
}
