import type { Action } from "@car/ir";
import { EDGE_ORDER } from "@car/ir/internal";
import type { RegisteredTool } from "../config/registered-tool.js";
import type { Attempt } from "../dispatch/attempt.js";
import type { Plan } from "../plan/plan.js";
import type { Outcome, SideEffect, Unsuccessful } from "./outcome.js";
import { ReadyQueue } from "./ready-queue.js";
import { type Hold, type Phase, type Slot, SlotRecord, type Errand } from "./slot.js";

/*
 * The actions of one run: where each stands, and the only ways from there to somewhere else.
 *
 *   waiting ──► ready ──► at_gate ──► calling ──► done
 *                ▲  ▲     │  │  ▲        │
 *                │  │     │  │  └─ backing_off ◄─ (failed, another attempt follows)
 *                │  └─ waiting_for_place
 *                └─ waiting_for_approval              and from anywhere: ──► done
 *
 *   at_gate ──► ready also for an action that turned out to be irreversible.
 *
 * I1  `done` is final: an action ends once, with one outcome.
 * I2  `waiting` means that a predecessor has not ended; the end of the last one makes it `ready`, or due to be skipped.
 * I3  An action waits for at most one thing at a time (`hold`). Leaving its phase ends the wait, and what was to follow
 *     the wait then never happens.
 * I4  `calling` means that an attempt is open, or that its answer is judged: at once, or while a probe or a reader is asked.
 * I5  A place of the tool is held at a gate, while calling and while backing off, and nowhere else.
 * I6  `open`, `inFlight`, `parked` and `awaiting` count phases; in flight is whoever is at a gate, calling or backing off.
 * I7  The ready queue counts whoever is in flight or waits for an approval as running, and an irreversible action that waits
 *     for its place too: it may still undo the batch.
 * I8  Attempts, their durations and what they may have left outside only grow.
 * I9  Whatever may need undoing has a number in the order of completion, each its own.
 *
 * Recovery takes the same ways: it ends restored actions with `end` while the board is held, and lets it go afterwards.
 */

/** A call beside the plan, for action `index`: it goes through gates and attempts like any other. */
export function errandSlot(index: number, action: Action, tool: RegisteredTool | undefined, errand: Errand): Slot {
  const slot = new SlotRecord(index, action, tool);
  slot.phase = "at_gate";
  slot.ownExtras.errand = errand;
  return slot;
}

const RANK: Readonly<Record<SideEffect, number>> = { none: 0, unknown: 1, acted: 2 };

/** Where all actions of one run stand. Every change of a phase is a method of this class. */
export class Board {
  readonly slots: readonly Slot[];
  /** Scheduled actions that have not ended. */
  open = 0;
  inFlight = 0;
  /** Actions that wait for a place of their tool. */
  parked = 0;
  /** Actions that wait for an approval. */
  awaiting = 0;
  private completions = 0;
  private readonly plan: Plan;
  private readonly queue: ReadyQueue;
  private toSkip: SlotRecord[] | undefined = undefined;
  /** Nothing becomes ready: what an earlier process did is being put in its place. */
  isHeld = false;

  constructor(plan: Plan) {
    const { actions, tools, graph } = plan;
    this.plan = plan;
    this.queue = new ReadyQueue(plan);
    const slots = new Array<SlotRecord>(actions.length);
    for (let index = 0; index < actions.length; index++) {
      const slot = new SlotRecord(index, actions[index]!, tools[index]);
      slot.waiting = graph.indegree[index]!;
      slots[index] = slot;
    }
    this.slots = slots;
  }

  /** Whether the action runs as part of the plan; others stand by to compensate one. */
  isScheduled({ index }: Pick<Slot, "index">): boolean {
    const { unscheduled } = this.plan.graph;
    return unscheduled.size === 0 || !unscheduled.has(index);
  }

  /** Lets the run begin. Held, nothing becomes ready before `letGo`. */
  begin(held: boolean): void {
    this.isHeld = held;
    this.open += this.slots.length - this.plan.graph.unscheduled.size;
    if (!held) this.letGo();
  }

  /** waiting → ready, for everything whose predecessors have ended. */
  letGo(): void {
    this.isHeld = false;
    const slots = this.slots as readonly SlotRecord[];
    for (let index = 0; index < slots.length; index++) {
      const slot = slots[index]!;
      if (slot.phase === "waiting" && slot.waiting === 0 && this.isScheduled(slot)) this.makeReady(slot);
    }
  }

  /** ready → at_gate, for the action whose turn it is; `undefined` when none may start now. */
  take(): Slot | undefined {
    const index = this.queue.take();
    if (index < 0) return undefined;
    const slot = this.slots[index] as SlotRecord;
    slot.phase = "at_gate";
    this.inFlight++;
    return slot;
  }

  /** An action that is not to be started, because of its predecessors. */
  takeSkipped(): Slot | undefined {
    for (let slot = this.toSkip?.pop(); slot !== undefined; slot = this.toSkip?.pop()) {
      if (slot.phase !== "done") return slot;
    }
    return undefined;
  }

  /** at_gate → waiting_for_place. */
  waitForPlace(slot: Slot, hold: Hold): void {
    (slot as SlotRecord).phase = "waiting_for_place";
    (slot as SlotRecord).ownExtras.hold = hold;
    this.inFlight--;
    this.parked++;
    this.queue.park(slot.index);
  }

  /** waiting_for_place → ready: there may be one. */
  placeIsFree(slot: Slot): void {
    this.parked--;
    this.backInLine(slot as SlotRecord);
    this.queue.unpark(slot.index, false);
  }

  /** at_gate → ready: nothing can undo the action after all, so it waits as irreversible ones do. */
  holdBack(slot: Slot): void {
    this.inFlight--;
    this.queue.ended(slot.index);
    this.backInLine(slot as SlotRecord);
    this.queue.pushIrreversible(slot.index);
  }

  /** at_gate → waiting_for_approval. What it holds is given back by whoever puts the action down. */
  waitForApproval(slot: Slot): void {
    (slot as SlotRecord).phase = "waiting_for_approval";
    this.inFlight--;
    this.awaiting++;
  }

  /** waiting_for_approval → ready, for all of them: they ask once more. */
  askAgain(): void {
    for (const slot of this.slots as readonly SlotRecord[]) {
      if (slot.phase !== "waiting_for_approval") continue;
      this.awaiting--;
      this.queue.ended(slot.index);
      this.backInLine(slot);
      this.queue.push(slot.index);
    }
  }

  /** The action, where it stands, waits for something. */
  wait(slot: Slot, hold: Hold): void {
    (slot as SlotRecord).ownExtras.hold = hold;
  }

  /** A wait is over by itself. False when it was given up before: then nothing follows it. */
  goesOn(slot: Slot, hold: Hold): boolean {
    if (slot.hold !== hold) return false;
    (slot as SlotRecord).ownExtras.hold = undefined;
    return true;
  }

  /** at_gate → calling. */
  call(slot: Slot, attempt: Attempt): void {
    const record = slot as SlotRecord;
    record.phase = "calling";
    record.attempts = attempt.number;
    record.attempt = attempt;
  }

  /** An action on the state is its own attempt, and over at once. */
  perform(slot: Slot): void {
    (slot as SlotRecord).attempts = 1;
  }

  /** The open attempt is over: its duration, and what it may have left. A success settles what earlier ones left open. */
  answered(slot: Slot, durationMs: number, sideEffect: SideEffect): void {
    const record = slot as SlotRecord;
    record.attempt = undefined;
    record.durationMs += durationMs;
    if (RANK[sideEffect] > RANK[record.sideEffect]) record.ownExtras.sideEffect = sideEffect;
  }

  /** calling → backing_off. */
  backOff(slot: Slot, failure: Unsuccessful): void {
    (slot as SlotRecord).phase = "backing_off";
    (slot as SlotRecord).ownExtras.lastFailure = failure;
  }

  /** backing_off → at_gate. */
  tryAgain(slot: Slot): void {
    (slot as SlotRecord).phase = "at_gate";
  }

  /** What an earlier process had tried, before this one goes on. */
  restoreAttempts(slot: Slot, past: Pick<Slot, "attempts" | "durationMs" | "sideEffect" | "lastFailure">): void {
    const record = slot as SlotRecord;
    record.attempts = past.attempts;
    record.durationMs = past.durationMs;
    record.ownExtras.sideEffect = past.sideEffect;
    record.ownExtras.lastFailure = past.lastFailure;
  }

  /** Anything → done, so many milliseconds after the epoch of the run. What waits for this one becomes ready, or due to be skipped. */
  end(slot: Slot, outcome: Outcome, after: number): void {
    const record = slot as SlotRecord;
    if (record.phase === "done") throw new TypeError(`action \`${slot.action.id}\` has ended before`);
    const { hold, phase } = record;
    if (hold !== undefined) record.ownExtras.hold = undefined;
    record.phase = "done";
    record.outcome = outcome;
    record.endedAfter = after;
    hold?.giveUp();
    if (record.errand !== undefined) return;
    this.leave(record.index, phase);
    this.open--;
    const mayNeedUndo = outcome.status === "succeeded" || record.sideEffect !== "none";
    if (mayNeedUndo || record.notes?.children !== undefined) record.completion = ++this.completions;
    this.unblock(record);
  }

  /** What a call has started may end after the call, and may need undoing all the same. */
  numberLate(slot: Slot): void {
    if (slot.phase === "done" && slot.completion === 0) (slot as SlotRecord).completion = ++this.completions;
  }

  private leave(index: number, phase: Phase): void {
    switch (phase) {
      case "at_gate":
      case "calling":
      case "backing_off":
        this.inFlight--;
        return this.queue.ended(index);
      case "waiting_for_place":
        this.parked--;
        return this.queue.unpark(index, true);
      case "waiting_for_approval":
        this.awaiting--;
        return this.queue.ended(index);
      case "waiting":
      case "ready":
      case "done":
    }
  }

  private unblock({ index, action, outcome }: SlotRecord): void {
    const { offsets, targets, kinds } = this.plan.graph;
    const isGood = outcome!.status === "succeeded";
    for (let e = offsets[index]!; e < offsets[index + 1]!; e++) {
      const next = this.slots[targets[e]!] as SlotRecord;
      next.waiting--;
      if (next.phase !== "waiting") continue;
      if (!isGood && kinds[e] !== EDGE_ORDER) next.ownExtras.skipCause ??= action.id;
      if (next.waiting === 0 && !this.isHeld) this.makeReady(next);
    }
  }

  private makeReady(slot: SlotRecord): void {
    if (slot.skipCause !== undefined) return void (this.toSkip ??= []).push(slot);
    slot.phase = "ready";
    this.queue.push(slot.index);
  }

  private backInLine(slot: SlotRecord): void {
    slot.phase = "ready";
    if (slot.hold !== undefined) slot.ownExtras.hold = undefined;
  }
}
