import type { StateEntry } from "@car/ir";
import { undo } from "../undo/undo.js";
import { decideEnd, type End } from "./decide-end.js";
import { isThenable } from "./outcome.js";
import { buildResult } from "./result.js";
import type { Run } from "./run.js";
import { seal } from "./seal.js";

/** Ends a run whose actions have all ended: commits or undoes it, seals the evidence, answers. Never throws. */
export function settle(run: Run): void {
  if (run.settled) return;
  run.settled = true;
  run.drainTimer?.cancel();
  run.durationTimer?.cancel();
  run.detachSignal?.();
  const end = decideEnd(run);
  if (end === "committed") commit(run);
  else void rollBack(run, end);
}

function commit(run: Run): void {
  const { changes } = run.state;
  if (changes === undefined) return confirm(run);
  try {
    const committed = run.services.store.commit({ entries: changes });
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
  if (run.broken !== undefined) return void revert(run);
  try {
    const flushed = run.services.recorder.log.flush();
    if (!isThenable(flushed)) return deliver(run, result);
    flushed.then(
      () => deliver(run, result),
      (error: unknown) => revert(run, error),
    );
  } catch (error) {
    void revert(run, error);
  }
}

type Result = ReturnType<typeof buildResult>;

function completedData({ status, cost, external_effects, external_effects_remain, cause }: Result): object {
  const known = { status, cost, external_effects, external_effects_remain };
  return cause === undefined ? known : { ...known, cause };
}

/** Publishes what depended on the commit, gives the locks back and answers. */
function deliver(run: Run, result: Result): void {
  const { privateReceipts } = run;
  if (privateReceipts !== undefined) for (const key of privateReceipts) run.services.receipts.publish(key);
  leave(run, result);
}

/** Gives back what the run holds of the store, then answers; without a result nobody can say how the run ended. */
function leave(run: Run, result: Result | undefined): void {
  run.state.release();
  run.lease?.release();
  run.answer(result);
}

function dropReceipts(run: Run): void {
  for (const key of run.privateReceipts ?? []) run.services.receipts.drop(key);
}

/** The evidence could not be kept: takes the commit back, while the locks still hide it, and then the rest. */
async function revert(run: Run, error?: unknown): Promise<void> {
  if (error !== undefined) run.breakLog(error);
  const before = new Map<string, StateEntry | undefined>();
  for (const key of run.state.changes?.keys() ?? []) before.set(key, run.state.committed.entry(key));
  try {
    if (before.size > 0) await run.services.store.commit({ entries: before });
  } catch (cause) {
    run.services.logger.error({ error: cause, run_id: run.scope.run_id }, "a commit could not be taken back");
  }
  if (error === undefined || run.services.giveUp === undefined) return rollBack(run, "rolled_back");
  // The log has taken the commit, and may have it on the disk, or not.
  dropReceipts(run);
  leave(run, undefined);
}

/** Compensates, drops the overlay, and answers. */
async function rollBack(run: Run, end: Exclude<End, "committed">): Promise<void> {
  try {
    if (!run.disowned) await undo(run);
  } catch (error) {
    run.services.logger.error({ error, run_id: run.scope.run_id }, "undoing a run failed");
  }
  run.tick();
  if (run.state.changes !== undefined) {
    run.record("state_rollback", undefined, {
      keys: [...run.state.changes.keys()],
      cause: run.stop?.cause ?? run.broken,
    });
  }
  const result = buildResult(run, end);
  run.record("proposal_completed", undefined, completedData(result));
  const isSealed = await seal({ services: run.services, scope: run.scope, isLogged: !run.logBroken });
  dropReceipts(run);
  leave(run, isSealed ? result : undefined);
}
