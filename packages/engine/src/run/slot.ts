import type { Action, JsonObject, JsonValue, Transition } from "@car/ir";
import { EDGE_ORDER } from "@car/ir/internal";
import type { RegisteredTool } from "../config/registered-tool.js";
import type { Attempt } from "../dispatch/attempt.js";
import type { Plan } from "../plan/plan.js";
import { Notes } from "./notes.js";
import type { Outcome, SideEffect, Unsuccessful } from "./outcome.js";
import { ReadyQueue } from "./ready-queue.js";

/*
 * The actions of one run: where each stands, and the only ways from there to somewhere else.
 *
 *   waiting ──► ready ──► at_gate ──► calling ──► done
 *                ▲  ▲     │  │  ▲        │
 *                │  │     │  │  └─ backing_off ◄─ (failed, another attempt follows)
 *                │  └─ waiting_for_place
 *                └─ waiting_for_approval              and from anywhere: ──► done
 *
 * I1  `done` is final: an action ends once, with one outcome.
 * I2  `waiting` means that a predecessor has not ended; the end of the last one makes it `ready`, or due to be skipped.
 * I3  An action waits for at most one thing at a time (`hold`). Leaving its phase ends the wait, and what was to follow
 *     the wait then never happens.
 * I4  `calling` means that an attempt is open, but for the turn in which its answer is judged.
 * I5  A place of the tool is held at a gate, while calling and while backing off, and nowhere else.
 * I6  `open`, `inFlight`, `parked` and `awaiting` count phases; in flight is whoever is at a gate, calling or backing off.
 * I7  The ready queue counts whoever is in flight or waits for an approval as running, and an irreversible action that waits
 *     for its place too: it may still undo the batch.
 * I8  Attempts, their durations and what they may have left outside only grow.
 * I9  Whatever may need undoing has a number in the order of completion, each its own.
 *
 * Recovery takes the same ways: it ends restored actions with `end` while the board is held, and lets it go afterwards.
 */

/** Where an action stands. */
export type Phase =
  /** A predecessor has not ended. */
  | "waiting"
  /** It may start. */
  | "ready"
  /** All places of its tool are taken. */
  | "waiting_for_place"
  /** It passes the gates, or waits at one. */
  | "at_gate"
  /** Out of flight until somebody has answered a request. */
  | "waiting_for_approval"
  /** Its call is made, or will be as soon as the log has it. */
  | "calling"
  /** Between two attempts. */
  | "backing_off"
  | "done";

/** A wait of one action. */
export interface Hold {
  /** Nobody waits any more: whatever the wait holds is given back, and nothing follows it. */
  readonly giveUp: () => void;
  /** Ends the wait as its time would. */
  readonly expire: () => void;
}

/** What makes a call a compensation. */
export interface Undoing {
  /** The proposer wrote it, not the host. */
  readonly isByModel: boolean;
  /** Told before its first attempt. */
  readonly started: () => void;
  /** Told of its end. */
  readonly ended: (outcome: Outcome) => void;
}

/** One action of one run, as everybody but the board sees it. */
export interface Slot {
  readonly index: number;
  readonly action: Action;
  /** `undefined` for state actions, and for a tool that nobody knows. */
  readonly tool: RegisteredTool | undefined;
  readonly phase: Phase;
  /** What it waits for. */
  readonly hold: Hold | undefined;
  /** The call in flight. */
  readonly attempt: Attempt | undefined;
  readonly attempts: number;
  /** Sum of the attempts' durations, in milliseconds. */
  readonly durationMs: number;
  /** When it ended, in milliseconds since the epoch. */
  readonly endedAt: number;
  readonly outcome: Outcome | undefined;
  /** What its calls may have left outside the state store. */
  readonly sideEffect: SideEffect;
  /** Position in the order in which actions ended that may need undoing, from 1; 0 for others. */
  readonly completion: number;
  /** The last attempt's failure, while a further attempt is waited for. */
  readonly lastFailure: Unsuccessful | undefined;
  /** The unsuccessful predecessor because of which it is not started. */
  readonly skipCause: string | undefined;
  /** Of a compensation. Such a slot is in no board's counts, and nothing depends on it. */
  readonly undoes: Undoing | undefined;
  /** With references resolved. */
  parameters: JsonObject;
  /** State changes of its success. */
  changes: readonly Transition[];
  /** What other parts of the engine remember about it; `notesOf` makes it. */
  notes: Notes | undefined;
}

const NO_CHANGES: readonly Transition[] = Object.freeze([]);

class SlotRecord implements Slot {
  readonly index: number;
  readonly action: Action;
  readonly tool: RegisteredTool | undefined;
  readonly undoes: Undoing | undefined;
  phase: Phase;
  /** Predecessors that have not ended. */
  waiting = 0;
  hold: Hold | undefined = undefined;
  attempt: Attempt | undefined = undefined;
  attempts = 0;
  durationMs = 0;
  endedAt = 0;
  outcome: Outcome | undefined = undefined;
  sideEffect: SideEffect = "none";
  completion = 0;
  lastFailure: Unsuccessful | undefined = undefined;
  skipCause: string | undefined = undefined;
  parameters: JsonObject;
  changes = NO_CHANGES;
  notes: Notes | undefined = undefined;

  constructor(index: number, action: Action, tool: RegisteredTool | undefined, undoes?: Undoing) {
    this.index = index;
    this.action = action;
    this.tool = tool;
    this.undoes = undoes;
    this.phase = undoes === undefined ? "waiting" : "at_gate";
    this.parameters = action.parameters as JsonObject;
  }
}

/** What others remember about an action, made when somebody first does. */
export function notesOf(slot: Pick<Slot, "notes">): Notes {
  return (slot.notes ??= new Notes());
}

/** The output of an action that has succeeded. */
export function outputOf({ outcome }: Pick<Slot, "outcome">): JsonValue | undefined {
  return outcome?.status === "succeeded" ? outcome.output : undefined;
}

/** The call that undoes action `index`: it goes through gates and attempts like any other. */
export function compensationSlot(
  index: number,
  action: Action,
  tool: RegisteredTool | undefined,
  undoes: Undoing,
): Slot {
  return new SlotRecord(index, action, tool, undoes);
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
    (slot as SlotRecord).hold = hold;
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
    (slot as SlotRecord).hold = hold;
  }

  /** A wait is over by itself. False when it was given up before: then nothing follows it. */
  goesOn(slot: Slot, hold: Hold): boolean {
    if (slot.hold !== hold) return false;
    (slot as SlotRecord).hold = undefined;
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
    if (RANK[sideEffect] > RANK[record.sideEffect]) record.sideEffect = sideEffect;
  }

  /** calling → backing_off. */
  backOff(slot: Slot, failure: Unsuccessful): void {
    (slot as SlotRecord).phase = "backing_off";
    (slot as SlotRecord).lastFailure = failure;
  }

  /** backing_off → at_gate. */
  tryAgain(slot: Slot): void {
    (slot as SlotRecord).phase = "at_gate";
  }

  /** What an earlier process had tried, before this one goes on. */
  restoreAttempts(slot: Slot, past: Pick<Slot, "attempts" | "durationMs" | "sideEffect" | "lastFailure">): void {
    Object.assign(slot as SlotRecord, past);
  }

  /** Anything → done. What waits for this one becomes ready, or due to be skipped. */
  end(slot: Slot, outcome: Outcome, at: number): void {
    const record = slot as SlotRecord;
    if (record.phase === "done") throw new TypeError(`action \`${slot.action.id}\` has ended before`);
    const { hold, phase } = record;
    record.hold = undefined;
    record.phase = "done";
    record.outcome = outcome;
    record.endedAt = at;
    hold?.giveUp();
    if (record.undoes !== undefined) return;
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
      if (!isGood && kinds[e] !== EDGE_ORDER) next.skipCause ??= action.id;
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
    slot.hold = undefined;
  }
}
