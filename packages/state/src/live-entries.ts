import type { StateEntry } from "@car/ir";
import { ReplacedEntries } from "./replaced-entries.js";

/** A commit, read whole before anything is changed. */
export type Changes = readonly (readonly [string, StateEntry | undefined])[];

/** The newest version of the state. Views read it too, so that taking one copies nothing. */
export class LiveEntries {
  readonly map: Map<string, StateEntry>;
  version: number;
  /**
   * The last commit that left no trace in the entries themselves: it removed a key or brought a version of its own.
   * Since then an entry's version says when its key changed, and an absent key has been absent all along.
   */
  lastUntraced = 0;

  constructor(map: Map<string, StateEntry>) {
    this.map = map;
    this.version = map.size === 0 ? 0 : 1;
  }

  /** What a commit would replace. */
  replacedBy(changes: Changes): ReplacedEntries {
    // Lists of exact length: growing ones would take several times the memory.
    return new ReplacedEntries(
      changes.map(([key]) => key),
      changes.map(([key]) => this.map.get(key)),
    );
  }

  /** Applies a commit; it cannot fail. */
  apply(changes: Changes): void {
    this.version += 1;
    for (const [key, entry] of changes) this.#put(key, entry);
  }

  #put(key: string, entry: StateEntry | undefined): void {
    if (entry?.version === 0) {
      this.map.set(key, { ...entry, version: this.version });
      return;
    }
    this.lastUntraced = this.version;
    if (entry === undefined) this.map.delete(key);
    else this.map.set(key, entry);
  }
}
