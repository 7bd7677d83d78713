import { CarError, LockTimeoutError, RunUnknownError, UndoRefusedError } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { Lease } from "@car/ir/ports";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import { isExternal } from "../dispatch/external.js";
import { Recovery } from "../recovery/recovery.js";
import { endedRun, planOf } from "../recovery/restored-run.js";
import { type LoggedRun, loggedRun } from "../recovery/unfinished-runs.js";
import { externalEffectsOf } from "../run/external-effects.js";
import type { Host } from "../run/host.js";
import type { Run } from "../run/run.js";
import { compensationOf } from "./compensation.js";
import { dryReport, endOf, stepOf, type UndoReport } from "./undo-report.js";
import { type Due, dueIn, undo } from "./undo.js";

/** How a committed run is undone. */
export interface UndoOptions {
  /** Says what would be called, and calls nothing. */
  readonly dry?: boolean;
}

/** The method of a runtime. One run is undone once at a time. */
export function undoMethod(
  host: Host,
  holder: { readonly current: ConfigSnapshot },
  doors: { assertReady(): void },
): UndoMethod {
  // What the run had spent is spent already.
  const acting: Host = { ...host, meterFor: () => undefined };
  // Whoever only looks tells the log nothing, not even under which configuration.
  const onlooker: Host = { ...acting, config: () => holder.current };
  const undoing = new Set<string>();
  return {
    async undo(runId, options = {}) {
      doors.assertReady();
      if (undoing.has(runId)) throw new UndoRefusedError(`run \`${runId}\` is being undone`);
      undoing.add(runId);
      try {
        return await undoCommitted(options.dry === true ? onlooker : acting, runId, options, () => doors.assertReady());
      } finally {
        undoing.delete(runId);
      }
    },
  };
}

/** Undoes committed runs. */
export interface UndoMethod {
  /**
   * Undoes outside what a committed run did outside, as its log has it: with the same compensations, images and checks as when
   * a run is rolled back. What it wrote to the state stays. What could not be undone is named, and can be tried again.
   * @throws `RunUnknownError`, `UndoRefusedError`, `LockTimeoutError`, `PayloadErasedError`, `RuntimeClosedError` (as
   * rejections).
   */
  undo(runId: string, options?: UndoOptions): Promise<UndoReport>;
}

async function undoCommitted(
  host: Host,
  runId: string,
  options: UndoOptions,
  assertReady: () => void,
): Promise<UndoReport> {
  assertKnownOptions(options, ["dry"], "undo");
  const logged = await loggedRun(host.recorder.log, runId);
  // It may have been closed meanwhile.
  assertReady();
  if (logged === undefined) throw new RunUnknownError(`the log has no run \`${runId}\``);
  assertCommitted(logged);
  const run = restored(host, logged);
  assertComplete(run);
  const due = [...dueIn(run)].filter(isLeft);
  assertKnown(due);
  if (due.length === 0)
    throw new UndoRefusedError(`nothing that run \`${runId}\` did is left to undo, or may be undone again`);
  if (options.dry === true) return dryReport(run, due);
  return undoLocked(host, run, due);
}

function assertCommitted({ run: { runId }, status }: LoggedRun): void {
  if (status === "committed") return;
  const message = status === undefined ? "has not ended" : `is ${status.replaceAll("_", " ")}`;
  throw new UndoRefusedError(`run \`${runId}\` ${message}: only a committed run can be undone`);
}

function assertKnown(due: readonly Due[]): void {
  const unknown = due.flatMap(({ slot: { action, tool } }) =>
    tool === undefined && action.type === "tool_call" ? [`\`${action.tool}\``] : [],
  );
  if (unknown.length === 0) return;
  const names = [...new Set(unknown)].join(", ");
  throw new UndoRefusedError(
    `the run called tools that are not registered, so nobody knows what undoes them: ${names}`,
  );
}

/** What nobody knows of is not passed over as if it had left nothing. */
function assertComplete(run: Run): void {
  for (const { action, notes } of run.board.slots) {
    if (notes?.hasLostChildren === true) {
      const message = `a run that \`${action.id}\` had started cannot be planned with the tools that there are`;
      throw new UndoRefusedError(`${message}, so nobody knows what undoes it`);
    }
    notes?.children?.forEach(assertComplete);
  }
}

function restored(host: Host, { run: recorded }: LoggedRun): Run {
  const planned = planOf(host, recorded);
  if ("problems" in planned) {
    const { message } = planned.problems[0]!;
    throw new UndoRefusedError(`run \`${recorded.runId}\` cannot be planned with the tools that there are: ${message}`);
  }
  const run = endedRun(host, recorded, new Recovery(recorded, "rollback", () => "failed"), {
    plan: planned,
    parent: undefined,
  });
  tryAgain(run);
  return run;
}

/** What could not be undone is due again, also of what its tools had started; but not what may have been, for all anybody knows. */
function tryAgain(run: Run): void {
  for (const { notes } of run.board.slots) {
    if (notes === undefined) continue;
    const isInDoubt = notes.undoProblem?.code === "in_doubt";
    if (notes.compensated === false && !isInDoubt) notes.compensated = undefined;
    notes.children?.forEach(tryAgain);
  }
}

/** What leaves nothing needs no undoing, unless the host wants it. */
function isLeft({ run, slot }: Due): boolean {
  return isExternal(run, slot) || compensationOf(run, slot) !== undefined;
}

async function undoLocked(host: Host, run: Run, due: readonly Due[]): Promise<UndoReport> {
  const lease = await locksOf(host, run);
  // Whoever closes the runtime waits for it.
  host.open.add(run);
  try {
    run.tick();
    run.record("undo_started", undefined);
    assertTold(run);
    await undo(run);
    run.tick();
    const steps = due.map((each) => ({ ...stepOf(each), ...endOf(each) }));
    const external_effects = externalEffectsOf(run);
    const undone = steps.filter((step) => step.undone).map(({ run_id, action_id }) => ({ run_id, action_id }));
    run.record("undo_completed", undefined, { undone, external_effects });
    await flush(run);
    assertTold(run);
    return { run_id: run.scope.run_id, steps, external_effects };
  } finally {
    run.state.release();
    lease.release();
    host.open.delete(run);
  }
}

/** What the log was not told is not confirmed, and what it cannot be told is not done. */
function assertTold({ broken, scope }: Run): void {
  if (broken === undefined) return;
  throw new UndoRefusedError(`run \`${scope.run_id}\` could not be undone to the end, ask again: ${broken.message}`);
}

async function flush(run: Run): Promise<void> {
  try {
    await run.host.recorder.log.flush();
  } catch (error) {
    run.breakLog(error);
  }
}

/** Nobody else works on what the run had for itself while it is undone. */
async function locksOf(host: Host, run: Run): Promise<Lease> {
  const { reads, writes } = run.plan.locks;
  const answer = host.store.acquire({ owner: run, reads, writes });
  if (!("lease" in answer)) return answer;
  const { lock_timeout_ms: ms } = run.config.limits;
  const timer = host.timers.set(ms, () => answer.cancel());
  try {
    return await answer.lease;
  } catch (error) {
    if (!CarError.isInstance(error)) throw error;
    throw new LockTimeoutError(`waited ${ms} ms for the locks of run \`${run.scope.run_id}\``, { cause: error });
  } finally {
    timer.cancel();
  }
}
