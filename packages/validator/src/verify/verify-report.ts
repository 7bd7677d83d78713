import type { JsonValue, ReasonCode } from "@car/ir";

/**
 * How an issue was found. `decision_procedure`: it follows from the proposal, the configuration and the state alone.
 * `heuristic`: it also takes an action's claims about its effects, or text with unresolved references, at their word.
 */
export type IssueTier = "decision_procedure" | "heuristic";

/** Codes an issue can have: those of outcomes, and a few that only exist before anything runs. */
export type IssueCode =
  | ReasonCode
  /** A tool could change this before it is checked, or it hangs on an output, so nobody can tell yet. */
  | "undecided"
  /** Something that cannot be undone happens before something that may still undo the batch. */
  | "irreversible_before_abort";

/** One thing to know before the proposal runs. */
export interface VerifyIssue {
  /** Absent for issues of the whole proposal. */
  readonly action_id?: string;
  /** `error`: as things stand the action will not run. `warning`: it can go wrong. `info`: worth knowing. */
  readonly severity: "error" | "warning" | "info";
  readonly code: IssueCode;
  readonly message: string;
  readonly tier: IssueTier;
}

/** Two actions that touch one key, in the order in which they will do so. */
export interface ReportedConflict {
  readonly key: string;
  readonly kind: "RAW" | "WAR" | "WAW";
  readonly first: string;
  readonly second: string;
}

/** What is known of a key after the simulation. */
export type SimulatedValue =
  | { readonly known: true; readonly value: JsonValue | null; readonly present: boolean; readonly claimed: boolean }
  | { readonly known: false };

/** How a call that may leave something could be undone, once it was made. */
export interface PlannedUndo {
  readonly action_id: string;
  readonly tool: string;
  /**
   * By what was there before (`image`), by what the host declared (`compensation`), by what the proposer wrote, and the policy
   * lets it (`proposed`), or `never`.
   */
  readonly how: "image" | "compensation" | "proposed" | "never";
  /** The tool that undoes it. */
  readonly by?: string;
  /** The tool that reads the image before the call. */
  readonly reader?: string;
  /** Whether it is looked at whether somebody else has changed it since. */
  readonly verified?: boolean;
}

/** What `verify` found. `valid` means: no issue is an error. */
export interface VerifyReport {
  readonly valid: boolean;
  readonly issues: readonly VerifyIssue[];
  /** Action ids as a run would start them if each ended before the next; those that only compensate are left out. */
  readonly execution_order: readonly string[];
  /** How the calls that may leave something could be undone, in the order of the proposal. */
  readonly undo: readonly PlannedUndo[];
  /** The first 10,000. */
  readonly conflicts: readonly ReportedConflict[];
  /**
   * Keys that the proposal writes, as they would be if every call did what it claims and nothing that would fail undid
   * the batch; a `prefix*` stands for further keys that are not known.
   */
  readonly simulated_state: Readonly<Record<string, SimulatedValue>>;
}
