import type { StateEntry } from "@car/ir";
import type { StateCommit } from "@car/ir/ports";
import { ReplacedEntries } from "./replaced-entries.js";

/** A commit, read whole before anything is changed: keys, and at the same places what they are to hold. */
export interface Changes {
  readonly keys: string[];
  readonly entries: readonly (StateEntry | undefined)[];
}

/** Reads a commit. Lists of the two sides are several times faster to make than a list of pairs. */
export function changesOf({ entries }: StateCommit): Changes {
  return { keys: [...entries.keys()], entries: [...entries.values()] };
}

/** The newest version of the state. Views read it too, so that taking one copies nothing. */
export class LiveEntries {
  readonly map: Map<string, StateEntry>;
  version: number;
  /**
   * The last commit that left no trace in the entries themselves: it removed a key or brought a version of its own.
   * Since then an entry's version says when its key changed, and an absent key has been absent all along.
   */
  lastUntraced = 0;

  constructor(map: Map<string, StateEntry>, version = map.size === 0 ? 0 : 1) {
    this.map = map;
    this.version = version;
    // What was removed before is not known here.
    this.lastUntraced = version;
  }

  /** What a commit would replace. Takes its list of keys over. */
  replacedBy({ keys }: Changes): ReplacedEntries {
    return new ReplacedEntries(
      keys,
      keys.map((key) => this.map.get(key)),
    );
  }

  /** Applies a commit; it cannot fail. */
  apply({ keys, entries }: Changes): void {
    this.version += 1;
    for (let place = 0; place < keys.length; place++) this.#put(keys[place] ?? "", entries[place]);
  }

  #put(key: string, entry: StateEntry | undefined): void {
    if (entry?.version === 0) {
      this.map.set(key, versioned(entry, this.version));
      return;
    }
    this.lastUntraced = this.version;
    if (entry === undefined) this.map.delete(key);
    else this.map.set(key, entry);
  }
}

/** A copy at a version; the rare fields are added one by one, as spreading costs more than the rest of a commit. */
function versioned({ value, origin, trusted, labels }: StateEntry, version: number): StateEntry {
  const entry: { -readonly [K in keyof StateEntry]: StateEntry[K] } = { value, origin, version };
  if (trusted !== undefined) entry.trusted = trusted;
  if (labels !== undefined) entry.labels = labels;
  return entry;
}
