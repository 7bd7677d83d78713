import { contentHash, eventOf, jsonOfEvent, type CarEvent } from "@car/ir";
import type { EventDraft, EventLog, LogHead, ReadOptions } from "@car/ir/ports";

/** The head of a log without events. */
export const EMPTY_HEAD: LogHead = { seq: 0, hash: "0".repeat(64) };

/** What a log that was given these drafts must read back: the definition of the chain, slow and plain. */
export function sealedEvents(drafts: readonly EventDraft[]): readonly CarEvent[] {
  let prevHash = EMPTY_HEAD.hash;
  return drafts.map((draft, index) => {
    const event = { ...eventOf(draft, index + 1), prev_hash: prevHash };
    prevHash = contentHash({ ...event, data: contentHash(jsonOfEvent(event)) });
    return { ...event, hash: prevHash };
  });
}

/** Sequence and hash of the last of these events. */
export function headOf(events: readonly CarEvent[]): LogHead {
  const last = events.at(-1);
  return last === undefined ? EMPTY_HEAD : { seq: last.seq, hash: last.hash };
}

/** Reads a log to the end. */
export async function collectEvents(log: EventLog, options?: ReadOptions): Promise<readonly CarEvent[]> {
  const events: CarEvent[] = [];
  for await (const event of log.read(options)) events.push(event);
  return events;
}
