import type { RecordedAnswer } from "./recorded-answer.js";
import { SingleFlight, type SingleFlightOptions } from "./single-flight.js";

/** Records of idempotent calls that have happened. */
export type Receipts = SingleFlight<RecordedAnswer>;

/** Creates an empty store of receipts. */
export function createReceipts(options: SingleFlightOptions): Receipts {
  return new SingleFlight<RecordedAnswer>(options);
}
