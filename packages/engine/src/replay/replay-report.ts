import type { EventKind, JsonValue } from "@car/ir";

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
  /** Sequence of its first event that was read. */
  readonly seq: number;
  /**
   * `unparsed`: its input was no proposal, so the log does not hold it. `no_config`: the log does not say what judged it.
   * `interrupted`: a process ended during it. `broken`: the log or the store failed. `open`: the log has no end of it.
   * `suspended`: it waited for approvals, and the answers came from outside.
   * `beginning_missing`: its first events were dropped from the log.
   */
  readonly reason: "unparsed" | "no_config" | "interrupted" | "suspended" | "broken" | "open" | "beginning_missing";
}

/** What executing a log again has shown. */
export interface ReplayReport {
  /** No run came out differently. */
  readonly equal: boolean;
  /** Runs that were executed again and gave the same events. */
  readonly runs: number;
  /** Events that were compared and are equal. */
  readonly events: number;
  /** The first one of each run that came out differently, in the order in which the runs ended. */
  readonly divergences: readonly Divergence[];
  readonly skipped: readonly SkippedRun[];
}
