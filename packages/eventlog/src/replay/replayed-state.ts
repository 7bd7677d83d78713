import { applyWrite, type JsonValue, type StateEntry, type StateSnapshotData, type Transition } from "@car/ir";

/** The state that a log adds up to. */
export interface ReplayedState {
  /** Count of commits, as the store counts them. */
  readonly version: number;
  /** The newest value at `key`, or `undefined` when the key is absent. */
  get(key: string): JsonValue | undefined;
  /** What the state holds at `key`, with origin, version and the trusted value under a model's. */
  entry(key: string): StateEntry | undefined;
  /** All entries in ascending code-unit order of their keys. */
  entries(): readonly (readonly [string, StateEntry])[];
}

/** A state that is being rebuilt. */
export class StateFold implements ReplayedState {
  private readonly held = new Map<string, StateEntry>();
  private commits = 0;

  get version(): number {
    return this.commits;
  }

  get(key: string): JsonValue | undefined {
    return this.held.get(key)?.value;
  }

  entry(key: string): StateEntry | undefined {
    return this.held.get(key);
  }

  entries(): readonly (readonly [string, StateEntry])[] {
    return [...this.held].sort(([left], [right]) => (left < right ? -1 : 1));
  }

  /** Replaces everything by a snapshot. */
  load({ entries, version }: StateSnapshotData): void {
    this.held.clear();
    this.commits = version;
    for (const { key, value, ...entry } of entries) this.held.set(key, { ...entry, value });
  }

  /** Replaces everything by what was the state at some commit. */
  restore(version: number, entries: Iterable<readonly [string, StateEntry]>): void {
    this.held.clear();
    this.commits = version;
    for (const [key, entry] of entries) this.held.set(key, entry);
  }

  /** Applies the changes in order, as one commit. No changes make no commit. */
  commit(changes: readonly Transition[]): void {
    if (changes.length === 0) return;
    this.commits++;
    for (const { key, ...write } of changes) {
      const entry = applyWrite(this.held.get(key), { value: undefined, ...write }, this.commits);
      if (entry === undefined) this.held.delete(key);
      else this.held.set(key, entry);
    }
  }
}
