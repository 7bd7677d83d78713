import type { RecordedAnswer } from "./recorded-answer.js";
import { SingleFlight, type SingleFlightOptions } from "./single-flight.js";

/** Answers of one tool, across proposals. */
export type ResultCache = Pick<SingleFlight<RecordedAnswer>, "find" | "store" | "drop">;

/** Creates an empty cache. */
export function createResultCache(options: SingleFlightOptions): ResultCache {
  return new SingleFlight<RecordedAnswer>(options);
}
