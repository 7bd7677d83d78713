import { applyWrite, type CarEvent, type EventOf, payloadOf, type StateEntry, type Transition } from "@car/ir";
import type { StateStore, StateView } from "@car/ir/ports";

/** Makes a store that goes on where another one was. */
export type RestoreStore = (state: {
  readonly version: number;
  readonly entries: Iterable<readonly [key: string, entry: StateEntry]>;
}) => StateStore;

/** The committed state at one place of a log, moved on event by event. Earlier views of it stay readable. */
export class CommittedState {
  private store: StateStore;
  private readonly restore: RestoreStore;

  constructor(restore: RestoreStore, base: Parameters<RestoreStore>[0] = { version: 0, entries: [] }) {
    this.restore = restore;
    this.store = restore(base);
  }

  /** The state as it is now. */
  view(): StateView {
    return this.store.view();
  }

  /** Applies an event that changes the state by itself: a snapshot, or a change of the host's. */
  take(event: CarEvent): void {
    if (event.kind === "state_snapshot") {
      const { entries, version } = payloadOf(event);
      this.store = this.restore({
        version,
        entries: entries.map(({ key, value, ...entry }) => [key, { ...entry, value }] as const),
      });
    } else if (event.kind === "state_changed" && event.run_id === undefined) this.commit([event]);
  }

  /** Commits what a run changed, in order, as one version. */
  commit(changed: readonly EventOf<"state_changed">[]): void {
    const changes = changed.flatMap((event) => payloadOf(event).changes);
    if (changes.length === 0) return;
    const view = this.store.view();
    const entries = entriesAfter(view, changes);
    view.release?.();
    // The store of a replay is in memory and answers at once.
    void this.store.commit({ entries });
  }
}

function entriesAfter(view: StateView, changes: readonly Transition[]): Map<string, StateEntry | undefined> {
  const entries = new Map<string, StateEntry | undefined>();
  for (const { key, ...write } of changes) {
    const before = entries.has(key) ? entries.get(key) : view.entry(key);
    entries.set(key, applyWrite(before, { value: undefined, ...write }, 0));
  }
  return entries;
}
