import { mayAbort } from "@car/ir";
import type { Run } from "./run.js";

/** How a run whose actions have all ended is to end itself. */
export type End = "committed" | "rolled_back" | "canceled";

/** Decides from the outcomes alone. */
export function decideEnd(run: Run): End {
  const { stop } = run;
  if (run.broken !== undefined) return stop?.kind === "cancel" ? "canceled" : "rolled_back";
  if (stop === undefined) return "committed";
  switch (stop.kind) {
    case "abort":
      return "rolled_back";
    case "cancel":
      return "canceled";
    case "budget":
      return budgetEnd(run);
  }
}

/** Unless the host says otherwise, a batch that lost an action which may abort to its budget is not worth keeping. */
function budgetEnd(run: Run): End {
  const wanted = run.budget?.budget.on_exceeded;
  if (wanted !== undefined) return wanted === "commit" ? "committed" : "rolled_back";
  const lost = run.slots.some(
    ({ action, outcome, skippedEarly }) =>
      outcome !== undefined && outcome.status !== "succeeded" && !skippedEarly && mayAbort(action),
  );
  return lost ? "rolled_back" : "committed";
}
