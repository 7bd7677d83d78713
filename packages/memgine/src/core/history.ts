import { assertKnownOptions } from "@car/ir/internal";
import { type Entry, standingOf } from "../model/node.js";
import type { Core } from "./core.js";

/** A point in two times. */
export interface AsOf {
  /** What this memory had learned by then, in milliseconds since the epoch. Default: everything. */
  readonly recorded?: number;
  /** What was true in the world then. Default: now. */
  readonly valid?: number;
}

/** Every statement that ever had the key, in the order in which they were learned. History, for whoever asks for it. */
export function historyOf({ store }: Core, key: string): readonly Entry[] {
  return (store.versions.get(key) ?? []).map((number) => store.entries[number]).filter((entry) => entry !== undefined);
}

/** What this memory believed under a key, at a point in both times. The last that qualifies, if several do. */
export function believed(core: Core, key: string, asOf: AsOf = {}): Entry | undefined {
  assertKnownOptions(asOf, ["recorded", "valid"], "believed");
  const { recorded = Infinity, valid } = asOf;
  return historyOf(core, key).findLast((entry) => {
    const { node, retired } = entry;
    if (node.recorded_at > recorded) return false;
    const wasKnownToEnd = retired !== undefined && retired.at <= recorded;
    if (valid === undefined && entry.waits !== undefined) return false;
    if (valid === undefined) return !wasKnownToEnd && (recorded !== Infinity || standingOf(entry) !== "superseded");
    if (node.valid_from > valid || (node.expires_at !== undefined && node.expires_at <= valid)) return false;
    return !wasKnownToEnd || retired.valid_to > valid;
  });
}
