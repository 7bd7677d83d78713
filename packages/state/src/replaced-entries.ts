import type { StateEntry } from "@car/ir";

/** Up to this many keys are found sooner by looking at all of them than through an index. */
const SHORT = 8;

/** What keys held before a commit, or before several. Cheap to make; an index is made when somebody reads a long one. */
export class ReplacedEntries {
  readonly #keys: string[];
  readonly #entries: (StateEntry | undefined)[];
  #places: Map<string, number> | undefined = undefined;

  /** @param entries - what each of `keys` held. Both lists belong to this object from now on. */
  constructor(keys: string[], entries: (StateEntry | undefined)[]) {
    this.#keys = keys;
    this.#entries = entries;
  }

  /** Adds those keys of `later` that are not there yet: where both have a key, the older commit saw the older entry. */
  addAll(later: ReplacedEntries): void {
    for (const [place, key] of later.#keys.entries()) {
      if (this.placeOf(key) < 0) this.#add(key, later.#entries[place]);
    }
  }

  /** Where `key` stands, or -1 when it was not replaced. */
  placeOf(key: string): number {
    if (this.#keys.length <= SHORT) return this.#keys.indexOf(key);
    this.#places ??= new Map(this.#keys.map((other, place) => [other, place]));
    return this.#places.get(key) ?? -1;
  }

  /** What the key at `place` held; `undefined` when it held nothing. */
  entryAt(place: number): StateEntry | undefined {
    return this.#entries[place];
  }

  keys(): readonly string[] {
    return this.#keys;
  }

  #add(key: string, entry: StateEntry | undefined): void {
    this.#places?.set(key, this.#keys.length);
    this.#keys.push(key);
    this.#entries.push(entry);
  }
}
