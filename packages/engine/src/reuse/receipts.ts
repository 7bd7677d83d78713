import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import type { RecordedAnswer } from "./recorded-answer.js";
import { type Found, SingleFlight, type SingleFlightOptions } from "./single-flight.js";

/** Records of idempotent calls that have happened. See `SingleFlight`; `slot` is the action that asks. */
export interface Receipts extends Pick<
  SingleFlight<RecordedAnswer>,
  "store" | "restore" | "publish" | "drop" | "published" | "clear"
> {
  find(key: string, asker: Run, slot: Slot): Found<RecordedAnswer>;
}

/** Creates an empty store of receipts. */
export function createReceipts(options: SingleFlightOptions): SingleFlight<RecordedAnswer> {
  return new SingleFlight<RecordedAnswer>(options);
}
