import { type Action, type JsonObject, type JsonValue, type LabelSet, NO_LABELS, type Transition } from "@car/ir";
import type { Decision } from "@car/ir/ports";
import type { Charge } from "../budget/budget-meter.js";
import type { RegisteredTool } from "../config/registered-tool.js";
import type { Attempt } from "../dispatch/attempt.js";
import type { RecordedWrite } from "../reuse/recorded-answer.js";
import type { Outcome, Unsuccessful } from "./outcome.js";

/** Where an action stands: predecessors are open, it may start, it has started, it has ended. */
export type SlotPhase = "waiting" | "ready" | "running" | "done";

const NO_WRITES: readonly RecordedWrite[] = Object.freeze([]);
const NO_CHANGES: readonly Transition[] = Object.freeze([]);

/** One action of one run: everything about it that changes. */
export class Slot {
  readonly index: number;
  readonly action: Action;
  readonly tool: RegisteredTool | undefined;
  /** Distinguishes a compensation's idempotency key from that of the action it undoes. */
  purpose: "" | ":compensation" = "";
  phase: SlotPhase = "waiting";
  /** Predecessors that have not ended. */
  waiting: number;
  /** With references resolved. */
  parameters: JsonObject;
  attempts = 0;
  /** Sum of the attempts' durations, in milliseconds. */
  durationMs = 0;
  endedAt = 0;
  outcome: Outcome | undefined = undefined;
  changes: readonly Transition[] = NO_CHANGES;
  /** The call in flight. */
  attempt: Attempt | undefined = undefined;
  /** The last attempt that ended. */
  finished: Attempt | undefined = undefined;
  /** Grows when a wait is given up, so that its continuation can tell. */
  epoch = 0;
  /** The run ended the action while it waited; that by itself undoes nothing. */
  givenUp = false;
  /** Ends a wait at a gate or before a retry. */
  interrupt: (() => void) | undefined = undefined;
  cached = false;
  deduplicated = false;
  /** A call was abandoned in flight: nobody knows what it did. */
  abandoned = false;
  compensated: boolean | undefined = undefined;
  /** Its compensation had begun when an earlier process ended, and nobody knows what came of it. */
  undoBegan = false;
  /** The receipt that a success of this call leaves. */
  receipt: { readonly key: string; readonly lasting: boolean } | undefined = undefined;
  /** Position in the order of success, from 1; compensations run in reverse. */
  completion = 0;
  /** Told of the end: the receipt or cache entry that this call was to fill. */
  onEnd: ((outcome: Outcome) => void)[] | undefined = undefined;
  /** The unsuccessful predecessor because of which this action will be skipped. */
  skipCause: string | undefined = undefined;
  /** It was skipped for that while the run still went on: no budget has a part in it. */
  skippedEarly = false;
  /** The last attempt's failure, while a further attempt is waited for. */
  lastFailure: Unsuccessful | undefined = undefined;
  /** Writes of the tool itself, with their origins. */
  toolWrites: readonly RecordedWrite[] = NO_WRITES;
  /** Writes that came with an answer from a receipt or a cache. */
  reused: readonly RecordedWrite[] | undefined = undefined;
  /** A wait has happened since the last decision: the gates that authorise run again before dispatch. */
  waited = false;
  /** The policy's wish for an approval, from its last decision. */
  needsApproval: Decision | undefined = undefined;
  approved = false;
  /** Names the request in the host's approval store. */
  approvalId: string | undefined = undefined;
  /** Data-flow labels of what it put out. */
  labels: LabelSet = NO_LABELS;
  /** Labels of what its tool read besides its parameters: state, and child runs. */
  readLabels: LabelSet = NO_LABELS;
  /** Of a compensation: labels of what its parameters are made of. */
  inherited: LabelSet = NO_LABELS;
  /** Of a `state_read`: the value is a model's. */
  isClaim = false;
  /** What it tells has been shown to the session's model. */
  shown = false;
  /** Counted among the calls of the session. */
  counted = false;
  /** What has been reserved of the budget and not used yet. */
  charge: Charge | undefined = undefined;
  /** While the action waits for its tool: ends that wait. */
  unpark: (() => void) | undefined = undefined;
  parkedAt: number | undefined = undefined;
  /** Gives the tool's place back. */
  release: (() => void) | undefined = undefined;

  constructor(index: number, action: Action, init: { tool: RegisteredTool | undefined; waiting: number }) {
    this.index = index;
    this.action = action;
    this.tool = init.tool;
    this.waiting = init.waiting;
    this.parameters = action.parameters as JsonObject;
  }

  /** Calls `listener` once, when the action has ended. */
  whenEnded(listener: (outcome: Outcome) => void): void {
    (this.onEnd ??= []).push(listener);
  }

  /** The output of a finished action; `undefined` while there is none. */
  get output(): JsonValue | undefined {
    return this.outcome?.status === "succeeded" ? this.outcome.output : undefined;
  }
}
