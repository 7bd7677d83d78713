import type { EventKind, JsonValue } from "@car/ir";
import type { Decision } from "@car/ir/ports";

/** The first event of a run that came out differently when the run was executed again. */
export interface Divergence {
  readonly run_id: string;
  readonly proposal_id: string;
  /** Sequence of the recorded event. */
  readonly seq: number;
  /** Kind of the recorded event. */
  readonly kind: EventKind;
  readonly action_id?: string;
  /**
   * What is different: `kind`, `attempt`, `order`, `missing` (it did not come again), or a place in its payload, such as
   * `reason.code`.
   */
  readonly field: string;
  readonly recorded: JsonValue | undefined;
  readonly replayed: JsonValue | undefined;
  /** All of that as a sentence. */
  readonly message: string;
}

/** A run that was not executed again, and why. */
export interface SkippedRun {
  readonly run_id: string;
  readonly proposal_id: string;
  /** Sequence of its first event that was read; 0 when none was. */
  readonly seq: number;
  /**
   * `unparsed`: its input was no proposal, so the log does not hold it. `no_config`: the log does not say what judged it.
   * `interrupted`: a process ended during it. `broken`: the log or the store failed. `open`: the log has no end of it.
   * `too_long`: too much came before its end to be held until then. `beginning_missing`: its first events were dropped from
   * the log. `past_unknown`: it depends on what came before it in its session, or on the call that began it, and that was not
   * executed again, or came out differently, or is not in the log. `labels_unknown`: the policy that is given looks at data flow,
   * the recorded one did not, and what a label would have depended on is not in the log. `not_found`: it was asked for, and
   * the log does not have it.
   */
  readonly reason:
    | "unparsed"
    | "no_config"
    | "interrupted"
    | "broken"
    | "open"
    | "too_long"
    | "beginning_missing"
    | "past_unknown"
    | "labels_unknown"
    | "not_found";
}

/** What executing a log again has shown. */
export interface ReplayReport {
  /** No run came out differently; and unless there was none, at least one was executed again. */
  readonly equal: boolean;
  /** Runs that were executed again and gave the same events. */
  readonly runs: number;
  /** Events that were compared and are equal. */
  readonly events: number;
  /** The first one of each run that came out differently, in the order in which the runs ended. */
  readonly divergences: readonly Divergence[];
  readonly skipped: readonly SkippedRun[];
}

/** A decision that another policy would have made differently. */
export interface ChangedDecision {
  /** Sequence of the event at which the recorded run was decided about. */
  readonly seq: number;
  readonly run_id: string;
  readonly proposal_id: string;
  /** Empty for a decision about the proposal as a whole that names none of its actions. */
  readonly action_id: string;
  readonly recorded: Decision;
  readonly now: Decision;
  /**
   * An earlier decision of the same run changed as well, so the run might not have come here. The answer is for what was
   * recorded, not for what would have happened.
   */
  readonly follows_change: boolean;
}

/** A decision about which the policy was not asked, and why. */
export interface UndecidedDecision {
  readonly seq: number;
  readonly run_id: string;
  readonly proposal_id: string;
  /** Empty for a decision about the proposal as a whole. */
  readonly action_id: string;
  /**
   * The reason for which its run could not be executed again that far, as in `SkippedRun`, or `diverged`: it came out
   * differently before this.
   */
  readonly why: SkippedRun["reason"] | "diverged";
}

/** What asking another policy has shown. */
export interface DecisionsReport {
  /** Decisions that were asked for again. */
  readonly decisions: number;
  readonly changed: readonly ChangedDecision[];
  /** Decisions of the log that are not among them. */
  readonly undecided: readonly UndecidedDecision[];
}
