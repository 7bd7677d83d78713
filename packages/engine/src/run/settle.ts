import type { StateEntry } from "@car/ir";
import { mayAbort } from "@car/ir/internal";
import { followEnd } from "../session/follow-end.js";
import { undo } from "../undo/undo.js";
import { answerUndone } from "./answer-undone.js";
import { isThenable } from "./outcome.js";
import { buildResult, completedData } from "./result.js";
import type { Run } from "./run.js";

/** How a run whose actions have all ended is to end itself. */
type End = "committed" | "rolled_back" | "canceled";

/** Ends a run whose actions have all ended: commits or undoes it, seals the evidence, answers. Never throws. */
export function settle(run: Run): void {
  if (!run.settle()) return;
  const end = decideEnd(run);
  if (end === "committed") commit(run);
  else void rollBack(run, end);
}

/** Decides from the outcomes alone. */
function decideEnd({ stop, broken, budget, board }: Run): End {
  if (stop?.kind === "cancel") return "canceled";
  if (broken !== undefined || stop?.kind === "abort") return "rolled_back";
  if (stop === undefined) return "committed";
  const wanted = budget?.budget.on_exceeded;
  if (wanted !== undefined) return wanted === "commit" ? "committed" : "rolled_back";
  // A batch that lost an action which may abort to its budget is not worth keeping.
  const isLost = board.slots.some(
    ({ action, outcome, notes }) =>
      outcome !== undefined && outcome.status !== "succeeded" && notes?.isSkippedEarly !== true && mayAbort(action),
  );
  return isLost ? "rolled_back" : "committed";
}

function commit(run: Run): void {
  const { changes } = run.state;
  if (changes === undefined) return confirm(run);
  try {
    const committed = run.host.store.commit({ entries: changes });
    if (!isThenable(committed)) return confirm(run);
    committed.then(
      () => {
        run.tick();
        confirm(run);
      },
      (error: unknown) => undoUnstored(run, error),
    );
  } catch (error) {
    undoUnstored(run, error);
  }
}

function undoUnstored(run: Run, error: unknown): void {
  run.break("the state store failed", error);
  void rollBack(run, "rolled_back");
}

/** The state is in; the run is confirmed only when its evidence is where the log keeps it. */
function confirm(run: Run): void {
  const result = buildResult(run, "committed");
  if (run.broken === undefined) run.record("proposal_completed", undefined, completedData(result));
  // In the turn in which the log has it: a session has its order from the log.
  if (run.broken === undefined) followEnd(run, "committed");
  if (run.broken !== undefined) return void revert(run);
  try {
    const flushed = run.host.recorder.log.flush();
    if (!isThenable(flushed)) return deliver(run, result);
    flushed.then(
      () => deliver(run, result),
      (error: unknown) => revert(run, error),
    );
  } catch (error) {
    void revert(run, error);
  }
}

/** Publishes what depended on the commit, gives the locks back and answers. */
function deliver(run: Run, result: ReturnType<typeof buildResult>): void {
  run.extras.privateReceipts?.forEach((key) => run.host.receipts.publish(run, key));
  run.answer(result);
}

/** The evidence could not be kept: takes the commit back, while the locks still hide it, and then the rest. */
async function revert(run: Run, error?: unknown): Promise<void> {
  if (error !== undefined) run.breakLog(error);
  const before = new Map<string, StateEntry | undefined>();
  try {
    for (const key of run.state.changes?.keys() ?? []) before.set(key, run.state.committed.entry(key));
    if (before.size > 0) await run.host.store.commit({ entries: before });
  } catch (cause) {
    run.host.logger.error({ error: cause, run_id: run.scope.run_id }, "a commit could not be taken back");
  }
  // The log has taken the commit, and whoever recovers may find it there, or not.
  if (error !== undefined && run.host.giveUpRun !== undefined) return run.disown();
  await rollBack(run, "rolled_back");
}

/** Compensates, drops the overlay, and answers. */
async function rollBack(run: Run, end: Exclude<End, "committed">): Promise<void> {
  try {
    if (!run.isDisowned) await undo(run);
  } catch (error) {
    run.host.logger.error({ error, run_id: run.scope.run_id }, "undoing a run failed");
  }
  run.tick();
  const cause = run.stop?.cause ?? run.broken;
  if (run.state.changes !== undefined) {
    const keys = [...run.state.changes.keys()];
    run.record("state_rollback", undefined, cause === undefined ? { keys } : { keys, cause });
  }
  const result = buildResult(run, end);
  run.record("proposal_completed", undefined, completedData(result));
  followEnd(run, end);
  run.extras.privateReceipts?.forEach((key) => run.host.receipts.drop(run, key));
  answerUndone(run, result);
}
