import type { Semaphore } from "../limits/semaphore.js";
import { advance } from "./advance.js";
import { finishSlot, notStarted, stopRun } from "./finish.js";
import { failed } from "./outcome.js";
import type { Run } from "./run.js";
import { settle } from "./settle.js";
import { type Hold, notesOf, type Slot } from "./slot.js";
import { suspend } from "./suspend.js";

/**
 * Starts everything that may start now; when nothing is left, settles the run. Called at the start and after every
 * answer. An action that ends at once is finished in the same loop, so there is no recursion.
 */
export function drain(run: Run): void {
  if (run.isBusy || !run.isActive || run.board.isHeld) return;
  run.isBusy = true;
  while (step(run));
  run.isBusy = false;
  const { board } = run;
  // INVARIANT: with nothing in flight nothing is held back either (ready-queue), so what is left waits for its tool, or
  // for an approval, or for what does.
  if (board.inFlight > 0 || board.parked > 0 || (run.extras.children?.size ?? 0) > 0) return;
  if (board.awaiting > 0) suspend(run);
  else settle(run);
}

/** Whether there was something to do. What goes wrong with it breaks the run, which then only stops. */
function step(run: Run): boolean {
  try {
    if (run.broken !== undefined && run.phase === "running") stopRun(run, { kind: "abort", cause: run.broken });
    const skipped = run.board.takeSkipped();
    if (skipped === undefined) return startNext(run);
    notesOf(skipped).isSkippedEarly = true;
    finishSlot(run, skipped, notStarted(run, skipped));
    return true;
  } catch (error) {
    const isNew = run.broken === undefined;
    run.break("the engine failed", error);
    return isNew;
  }
}

function startNext(run: Run): boolean {
  if (run.stop !== undefined || run.board.inFlight >= run.config.maxConcurrency) return false;
  const slot = run.board.take();
  if (slot === undefined) return false;
  const places = slot.tool?.places;
  if (places !== undefined && !takePlace(run, slot, places)) return true;
  advance(run, slot);
  return true;
}

/** False when the action waits for a place instead. */
function takePlace(run: Run, slot: Slot, places: Semaphore): boolean {
  if (!places.tryAcquire()) {
    park(run, slot, places);
    return false;
  }
  const notes = notesOf(slot);
  notes.hasPlace = true;
  if (notes.parkedAt === undefined) return true;
  const { name } = slot.tool!.schema;
  run.record("rate_limited", slot, { tool: name, waited_ms: run.time - notes.parkedAt, granted: true });
  return true;
}

/** Not in flight until a place may be free: then the action is ready again, and takes its turn. */
function park(run: Run, slot: Slot, places: Semaphore): void {
  const { rate_limit_timeout_ms: timeoutMs } = run.config.limits;
  const since = (notesOf(slot).parkedAt ??= run.time);
  const leaveQueue = places.whenFree(() => {
    run.tick();
    if (!run.board.goesOn(slot, hold)) return;
    timer.cancel();
    run.board.placeIsFree(slot);
    run.host.drive(run);
  });
  const hold: Hold = {
    giveUp: () => {
      timer.cancel();
      leaveQueue();
    },
    expire: () => {
      run.tick();
      const message = `waited ${timeoutMs} ms for a free place of tool \`${slot.tool!.schema.name}\``;
      finishSlot(run, slot, failed({ code: "timeout", message, class: "timeout" }));
      run.host.drive(run);
    },
  };
  const timer = run.host.timers.set(Math.max(0, since + timeoutMs - run.time), hold.expire);
  run.board.waitForPlace(slot, hold);
}
