import type { EventLog, StateStore } from "@car/ir/ports";
import type { RecordedAnswer } from "../reuse/recorded-answer.js";

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
  /** Sequence from which recovery must read; absent when no run is unfinished. */
  readonly unfinishedFrom: number | undefined;
  /** Receipts of finished runs. */
  readonly receipts: readonly StoredReceipt[];
}
