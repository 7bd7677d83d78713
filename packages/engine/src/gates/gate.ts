import type { Outcome } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import type { WaitFor } from "../run/wait.js";

/** The gate has no objection. */
export const PROCEED = Symbol("proceed");

/** The action waits for somebody's approval, and meanwhile nothing of it is in flight. */
export const PARK = Symbol("park");

/** `PROCEED`, `PARK`, or how the action ends instead. */
export type GateVerdict = typeof PROCEED | typeof PARK | Outcome;

/** A verdict, or what has to be waited for before there is one. */
export type GateAnswer = GateVerdict | WaitFor<unknown, GateAnswer>;

/** What a gate may see of a run, and the one thing that it may do to it: leave evidence. */
export type GateRun = Pick<
  Run,
  | "plan"
  | "config"
  | "scope"
  | "principal"
  | "session"
  | "parent"
  | "state"
  | "budget"
  | "flow"
  | "history"
  | "time"
  | "epoch"
  | "elapsed"
  | "extras"
  | "ownExtras"
  | "record"
> & {
  readonly host: Pick<Run["host"], "approver" | "approvals" | "receipts" | "logger">;
  readonly board: Pick<Run["board"], "slots" | "isScheduled">;
};

/** What a gate may see of an action. It may set what it finds out: the parameters, and its own part of the notes. */
export type GateSlot = Pick<
  Slot,
  "index" | "action" | "tool" | "phase" | "attempts" | "outcome" | "errand" | "parameters" | "notes"
>;

/** A check that an action passes before it may act. What it throws refuses the action. */
export type Gate = (run: GateRun, slot: GateSlot, passing: Passing) => GateAnswer;

/** On what occasion gates are passed. */
export interface Passing {
  /** The action is asked about once more, after a wait or a failure: no further slot of a counting rule is taken. */
  readonly isAgain: boolean;
}
