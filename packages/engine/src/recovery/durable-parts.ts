import type { EventLog, StateStore } from "@car/ir/ports";
import type { RecordedAnswer } from "../reuse/recorded-answer.js";

/** Unfinished runs of a store, which are taken up once, whichever of the runtimes that share the store does it. */
export interface UnfinishedRuns {
  /** Sequence from which recovery must read; absent when no run is unfinished, or they have been taken up. */
  readonly from: number | undefined;
  /** Lets `body` take them up, unless that has been done; `body` says when their locks are held or queued for. */
  takeUp<T>(body: (from: number, onTaken: () => void) => Promise<T>): Promise<T | undefined>;
}

/** A receipt as it is kept. */
export interface StoredReceipt {
  readonly key: string;
  readonly answer: RecordedAnswer;
  /** Milliseconds since the epoch. */
  readonly storedAt: number;
}

/** A state store and a log that belong together and survive the process; `durableStore` of `@car/engine/node` makes them. */
export interface DurableParts {
  readonly state: StateStore;
  /** Its events alone rebuild `state`. */
  readonly eventLog: EventLog;
  /** The runs that an earlier process left unfinished. */
  readonly unfinished: UnfinishedRuns;
  /** Receipts of finished runs. */
  readonly receipts: readonly StoredReceipt[];
  /** Of the unfinished runs, those that were answered as undone: recovery may only undo them. */
  readonly givenUp: ReadonlySet<string>;
  /**
   * Notes where it outlives the process that a run whose end the log does not take is answered as undone; call it before
   * that answer. Not for a run whose commit the log has taken: it may be found committed.
   * @returns false when it cannot be noted, or another process has the store: then recovery decides. Never rejects.
   */
  giveUp(runId: string): Promise<boolean>;
}
