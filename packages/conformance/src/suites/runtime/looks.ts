import type { EventKind, LiveEventOf, ProposalResult } from "@car/ir";
import type { Rig } from "./rig.js";

/** `"<id> <status> <reason code or -> <attempts>"` of each action. */
export function outcomes({ results }: ProposalResult): readonly string[] {
  return results.map(
    ({ action_id, status, reason, attempts }) => `${action_id} ${status} ${reason?.code ?? "-"} ${attempts}`,
  );
}

/** `"<status> <code>"` of each action. */
export function endings({ results }: ProposalResult): readonly string[] {
  return results.map(({ status, reason }) => `${status} ${reason?.code ?? "-"}`);
}

/** The recorded events of these kinds. */
export function eventsOf<K extends EventKind>(
  { events }: Pick<Rig, "events">,
  ...kinds: readonly K[]
): readonly LiveEventOf<K>[] {
  return events.filter((event): event is LiveEventOf<K> => kinds.some((kind) => kind === event.kind));
}

/** How many events of this kind were recorded. */
export function countOf(rig: Pick<Rig, "events">, kind: EventKind): number {
  return eventsOf(rig, kind).length;
}

/** Everything an outsider can read of a result, as text. */
export function textOf(value: unknown): string {
  return JSON.stringify(value);
}
