import { collectEvents, SAMPLE_SCOPES } from "@car/conformance/internal";
import type { CarEvent, EventKind } from "@car/ir";
import type { EventDraft, RunScope } from "@car/ir/ports";
import { memoryEventLog } from "../memory/memory-event-log.js";

/** What a test wants to say about an event; the rest is filled in. */
export interface EventFacts {
  readonly kind: EventKind;
  /** Number of the run: 0 or 1; absent for an event outside of any run. */
  readonly run?: 0 | 1;
  /** One of `fetch`, `store-it`, `tell_them`. */
  readonly action?: string;
  readonly attempt?: number;
  readonly data?: object;
  readonly time?: number;
}

/** A draft of these facts, which may say less than a runtime would, or something else; `index` milliseconds after noon of a fixed day unless the facts have a time. */
export function draftOf(facts: EventFacts, index = 0): EventDraft {
  const { kind, run, action, attempt = 0, data, time = 1_780_315_200_000 + index } = facts;
  const scope = run === undefined ? undefined : (SAMPLE_SCOPES[run] as RunScope);
  return { kind, time, scope, action: scope?.action_ids.indexOf(action ?? "") ?? -1, attempt, data } as EventDraft;
}

/** Sealed events of these facts, as a file would give them: plain JSON, nothing shared. */
export async function sampleEvents(facts: readonly EventFacts[]): Promise<CarEvent[]> {
  const log = memoryEventLog();
  for (const [index, each] of facts.entries()) log.append(draftOf(each, index));
  return JSON.parse(JSON.stringify(await collectEvents(log))) as CarEvent[];
}

/** Everything an async iterable gives. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
