import { ConfigInvalidError, EVENT_KINDS, type EventKind, type LiveEvent } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { EventDraft } from "@car/ir/ports";

/** Which events a subscriber is told of. What is left out leaves nothing out. */
export interface SubscribeOptions {
  readonly kinds?: readonly EventKind[];
  /** Only events of this run. */
  readonly runId?: string;
  /** Only events of runs on behalf of this principal. */
  readonly principal?: string;
}

/** Somebody who is told of events. */
export interface Subscription {
  /** Decided before there is an event: one that nobody wants is never made. */
  wants(draft: EventDraft): boolean;
  readonly tell: (event: LiveEvent) => unknown;
}

const OPTIONS = ["kinds", "runId", "principal"] satisfies readonly (keyof SubscribeOptions)[];

/** @throws `ConfigInvalidError` for an unknown option or kind. */
export function subscription(tell: Subscription["tell"], options: SubscribeOptions = {}): Subscription {
  assertKnownOptions(options, OPTIONS, "subscribe");
  const { kinds, runId, principal } = options;
  const wanted = kinds && kindSet(kinds);
  return {
    tell,
    wants: ({ kind, scope }) =>
      (wanted === undefined || wanted.has(kind)) &&
      (principal === undefined || scope?.principal === principal) &&
      (runId === undefined || scope?.run_id === runId),
  };
}

/** A kind that does not exist would keep its subscriber waiting for ever. */
function kindSet(kinds: readonly EventKind[]): ReadonlySet<EventKind> {
  for (const kind of kinds) {
    if (!EVENT_KINDS.includes(kind)) throw new ConfigInvalidError(`\`subscribe\`: no event is called \`${kind}\``);
  }
  return new Set(kinds);
}
