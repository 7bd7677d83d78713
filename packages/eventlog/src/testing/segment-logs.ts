import { readdirSync } from "node:fs";
import type { EventDraft } from "@car/ir/ports";
import type { SegmentEventLogOptions } from "../node/segments/options.js";
import { type SegmentEventLog, segmentEventLog } from "../node/segments/segment-event-log.js";
import { draftOf } from "./sample-log.js";

/** An event whose payload, unless told otherwise, says its number, and is a little longer than the line around it. */
export function numbered(seq: number, data: object = { seq, text: "x".repeat(500) }): EventDraft {
  return draftOf({ kind: "config_changed", data }, seq);
}

/** A log whose segments hold two events of `numbered` each, when those are flushed two by two. */
export function smallSegments(dir: string, options: Partial<SegmentEventLogOptions> = {}): SegmentEventLog {
  return segmentEventLog({ dir, segmentBytes: 1_500, bufferBytes: 1_500, durability: "none", ...options });
}

/** Appends events two by two, each pair a segment. */
export async function appendPairs(log: SegmentEventLog, pairs: number): Promise<void> {
  for (let pair = 0; pair < pairs; pair++) {
    const { seq } = await log.head();
    log.append(numbered(seq + 1));
    log.append(numbered(seq + 2));
    // Reading hands everything to the segment.
    log.read();
  }
}

/** The names of the segments in a folder, oldest first. */
export function segmentsIn(dir: string): string[] {
  return readdirSync(dir)
    .filter((name) => name.endsWith(".jsonl"))
    .sort();
}
