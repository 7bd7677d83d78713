import { applyWrite, type EntryWrite, type JsonValue, type StateEntry, trustedValue } from "@car/ir";
import type { PolicyStateView, StateStore, StateView } from "@car/ir/ports";

/**
 * The state as one run sees it: its own changes over what was committed when it first looked. Only touched keys are
 * held; nothing is copied.
 */
export class RunState implements PolicyStateView {
  private readonly store: Pick<StateStore, "view">;
  private taken: StateView | undefined = undefined;
  private changed: Map<string, StateEntry | undefined> | undefined = undefined;
  /** Whether a key was deleted; only then does finding nothing in `changed` need a second look. */
  private hasDeleted = false;

  constructor(store: Pick<StateStore, "view">) {
    this.store = store;
  }

  /** The committed state under this run's changes. Keys the run has locked cannot change under it. */
  get committed(): StateView {
    return (this.taken ??= this.store.view());
  }

  /** The run's uncommitted changes, by key; `undefined` when there are none. */
  get changes(): ReadonlyMap<string, StateEntry | undefined> | undefined {
    return this.changed;
  }

  /** What the run sees at `key`. */
  entry(key: string): StateEntry | undefined {
    const own = this.changed?.get(key);
    if (own !== undefined || (this.hasDeleted && this.changed!.has(key))) return own;
    return this.committed.entry(key);
  }

  /** The newest value, whoever wrote it. */
  newest(key: string): JsonValue | undefined {
    return this.entry(key)?.value;
  }

  /** What policies see: the trusted value, unless they ask for the newest. */
  get(key: string, options?: { readonly trust?: "model" }): JsonValue | undefined {
    const entry = this.entry(key);
    return options?.trust === "model" ? entry?.value : trustedValue(entry);
  }

  /** The run has answered: the store need not keep anything for it. */
  release(): void {
    this.taken?.release?.();
    this.taken = undefined;
  }

  /** Buffers a write until the run commits. */
  write(key: string, write: EntryWrite): void {
    const next = applyWrite(this.entry(key), write, 0);
    if (next === undefined) this.hasDeleted = true;
    (this.changed ??= new Map()).set(key, next);
  }
}
