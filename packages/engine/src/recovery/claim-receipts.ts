import { holdReceipt } from "../gates/deduplicate.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import type { RecordedRun } from "./recorded-run.js";

/**
 * Claims the receipts of calls that an earlier process began: those that have not ended, and those that succeeded in a
 * run that is still open. Done for all runs before any of them goes on, so that none makes a call that another has made.
 * @returns gives up the claims of a run that never went on.
 */
export function claimReceipts(run: Run, { actions }: RecordedRun): () => void {
  const claims = new Map<Slot, () => void>();
  for (const slot of run.board.slots) {
    const recorded = actions.get(slot.action.id);
    if (recorded === undefined) continue;
    const isPending = recorded.attempts > 0 && recorded.end === undefined;
    const isPrivate = recorded.end?.data.receipt?.lasting === false;
    if (!isPending && !isPrivate) continue;
    slot.parameters = recorded.parameters ?? slot.parameters;
    claims.set(slot, holdReceipt(run, slot));
  }
  return () => {
    for (const [slot, release] of claims) if (slot.phase !== "done") release();
  };
}
