import type { EventKind } from "@car/ir";
import type { InDoubtAnswer, OnInDoubt } from "./in-doubt.js";
import { eventName, type RecordedRun } from "./recorded-run.js";

/** A call of which nobody knew what it had done, and what was made of it. */
export interface Doubt {
  readonly action_id: string;
  /**
   * As the tool's probe or the host answered, or `failed` where nobody knew. `not_happened`: its probe says that nothing was
   * done.
   */
  readonly answer: "failed" | "rerun" | "output" | "not_happened";
}

/** What is said once about a run was perhaps said by the process before. */
const SAID_ONCE: ReadonlySet<EventKind> = new Set<EventKind>([
  "proposal_received",
  "proposal_admitted",
  "budget_exceeded",
  "state_rollback",
  "proposal_canceled",
]);

/** What a recovered run carries with it. */
export class Recovery {
  readonly recorded: RecordedRun;
  /** `rollback` undoes what was done; `resume` goes on with what was not. */
  readonly unfinished: "resume" | "rollback";
  readonly onInDoubt: OnInDoubt;
  /** Calls whose outcome was not known. */
  readonly doubts: Doubt[] = [];

  constructor(recorded: RecordedRun, unfinished: "resume" | "rollback", onInDoubt: OnInDoubt) {
    this.recorded = recorded;
    this.unfinished = unfinished;
    this.onInDoubt = onInDoubt;
  }

  /** True for an event that the log has already, and that is not to be in it twice. */
  hasRecorded(kind: EventKind, actionId: string | undefined, attempt: number | undefined): boolean {
    // One that has failed may be begun once more, by whoever undoes a committed run again.
    if (kind === "compensation_started") return this.recorded.actions.get(actionId ?? "")?.compensation === "begun";
    return SAID_ONCE.has(kind) && this.recorded.past.has(eventName(kind, actionId, attempt));
  }
}

/** The name of an answer, for the log and the report. */
export function answerName(answer: InDoubtAnswer): "failed" | "rerun" | "output" {
  return typeof answer === "object" ? "output" : answer;
}
