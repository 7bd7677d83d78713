import type { OnInDoubt } from "./in-doubt.js";
import type { RecordedRun } from "./recorded-run.js";

/** What a recovered run carries with it until it goes on by itself. */
export interface Recovery {
  readonly recorded: RecordedRun;
  /** `rollback` undoes what was done; `resume` goes on with what was not. */
  readonly unfinished: "resume" | "rollback";
  readonly onInDoubt: OnInDoubt;
  /** Ids of actions whose outcome is not known and that were not made again. */
  readonly inDoubt: string[];
}
