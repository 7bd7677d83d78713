import type { ProposalStatus } from "@car/ir";

/** What the process tells its caller. Documented in the README; stable within a major version. */
export const EXIT = {
  /** Committed, valid, or found. */
  ok: 0,
  /** The proposal ran and was undone, or verification or the log found errors. */
  failed: 1,
  /** The command line or a file given to it is wrong. Nothing ran. */
  usage: 2,
  /** The proposal was refused before anything ran. */
  rejected: 3,
  /** The run was canceled, by a signal or because it waits for something nobody gives. */
  canceled: 4,
  /** The answer could not be written. What was done stays done: the log has it. */
  unheard: 5,
} as const;

/** The exit code for a run's status. */
export function exitCodeOf(status: ProposalStatus): number {
  switch (status) {
    case "committed":
      return EXIT.ok;
    case "rolled_back":
      return EXIT.failed;
    case "rejected":
      return EXIT.rejected;
    case "canceled":
    case "suspended":
      return EXIT.canceled;
  }
}
