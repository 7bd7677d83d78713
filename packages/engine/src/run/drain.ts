import { callTool } from "../dispatch/call-tool.js";
import { performStateAction } from "../dispatch/state-action.js";
import { type GateVerdict, PARK, PROCEED } from "../gates/gate.js";
import { passGates } from "../gates/pass-gates.js";
import { finishSlot } from "./finish-slot.js";
import { isThenable, type Outcome } from "./outcome.js";
import { inDoubt, retryDelay } from "./retry.js";
import type { Run } from "./run.js";
import type { Slot } from "./slot.js";
import { type ParkOptions, takePlace } from "./tool-place.js";
import { settle } from "./settle.js";
import { awaitApproval, suspend } from "./suspend.js";
import { notStarted, stopRun } from "./stop-run.js";
import { wait } from "./wait.js";

/**
 * Starts everything that may start now; when nothing is left, settles the run. Called at the start and after every
 * answer. An action that ends at once is finished in the same loop, so there is no recursion.
 */
export function drain(run: Run): void {
  if (run.draining || run.settled || run.suspended) return;
  run.draining = true;
  for (;;) {
    if (run.broken !== undefined) stopRun(run, { kind: "abort", cause: run.broken });
    const skip = run.toSkip.pop();
    if (skip !== undefined) skipSlot(run, run.slots[skip]!);
    else if (!startNext(run)) break;
  }
  run.draining = false;
  // INVARIANT: with nothing in flight nothing is held back either (ready-queue), so what is left waits for its tool, or
  // for an approval, or for what does.
  if (run.inFlight > 0 || run.parked > 0) return;
  if (run.awaiting > 0) suspend(run);
  else settle(run);
}

function startNext(run: Run): boolean {
  if (run.stop !== undefined || run.inFlight >= run.config.maxConcurrency) return false;
  const index = run.ready.take();
  if (index < 0) return false;
  const slot = run.slots[index]!;
  if (slot.tool?.slots !== undefined && !takePlace(run, slot, parkOptions(run, slot))) return true;
  slot.phase = "running";
  run.inFlight++;
  noteQueue(run, slot);
  approach(run, slot);
  return true;
}

function parkOptions(run: Run, slot: Slot): ParkOptions {
  return {
    wake: () => drain(run),
    giveUp: (outcome) => {
      finishSlot(run, slot, outcome);
      drain(run);
    },
  };
}

function noteQueue(run: Run, slot: Slot): void {
  if (slot.parkedAt === undefined) return;
  run.record("rate_limited", slot, {
    tool: slot.tool!.schema.name,
    waited_ms: run.time - slot.parkedAt,
    granted: true,
  });
}

function skipSlot(run: Run, slot: Slot): void {
  if (slot.phase === "done") return;
  slot.skippedEarly = true;
  finishSlot(run, slot, notStarted(run, slot));
}

/** Takes an action through the gates and, if they let it, carries it out. */
function approach(run: Run, slot: Slot): void {
  const verdict = passGates(run, slot);
  if (!isThenable(verdict)) return act(run, slot, verdict);
  const { epoch } = slot;
  void verdict.then((answer) => {
    if (slot.epoch !== epoch) return;
    run.tick();
    act(run, slot, answer);
    drain(run);
  });
}

function act(run: Run, slot: Slot, verdict: GateVerdict): void {
  if (verdict === PARK) return awaitApproval(run, slot);
  if (verdict !== PROCEED) return stopped(run, slot, verdict);
  const { action } = slot;
  const outcome =
    action.type === "tool_call" ? callTool(run, slot, concludeLater) : performStateAction(run, slot, action);
  if (outcome !== undefined) conclude(run, slot, outcome);
}

/** A further attempt that a gate stops leaves the action failed, with the gate's reason (5.7). */
function stopped(run: Run, slot: Slot, verdict: Outcome): void {
  if (slot.attempts === 0 || verdict.status === "succeeded") return conclude(run, slot, verdict);
  finishSlot(run, slot, { status: "failed", reason: verdict.reason });
}

function concludeLater(run: Run, slot: Slot, outcome: Outcome): void {
  conclude(run, slot, outcome);
  drain(run);
}

/** Ends an action, or makes it wait for another attempt. */
function conclude(run: Run, slot: Slot, outcome: Outcome): void {
  if (outcome.status !== "failed" || slot.attempts === 0) return finishSlot(run, slot, outcome);
  const doubt = inDoubt(run, slot, outcome);
  if (doubt !== undefined) return finishSlot(run, slot, doubt);
  const delay = retryDelay(run, slot, outcome);
  if (delay === undefined) return finishSlot(run, slot, outcome);
  slot.lastFailure = outcome;
  run.record("action_failed", slot, { reason: outcome.reason });
  run.record("action_retrying", slot, { next_attempt: slot.attempts + 1, delay_ms: delay });
  const { epoch } = slot;
  void wait(run, slot, { promise: new Promise<never>(() => undefined), timeoutMs: delay }).then(() => {
    if (slot.epoch !== epoch) return;
    run.tick();
    approach(run, slot);
    drain(run);
  });
}
