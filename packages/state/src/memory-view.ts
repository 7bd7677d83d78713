import type { JsonValue, StateEntry } from "@car/ir";
import type { StateView } from "@car/ir/ports";

/** What a commit replaced: for each key it wrote, what the key held before. */
export type Replaced = Map<string, StateEntry | undefined>;

/** A reader that has to pass more views than this on its way to the newest one takes what they know into itself. */
const LONGEST_WALK = 16;

/**
 * A view that costs nothing to take. The newest view reads the live entries. When a commit comes, the view keeps what
 * the commit replaced and asks the next view for everything else. Views point only to newer ones, so a view
 * that nobody holds is collected together with what it kept.
 */
export class MemoryView implements StateView {
  readonly version: number;
  readonly #live: ReadonlyMap<string, StateEntry>;
  #replaced: Replaced | undefined = undefined;
  #next: MemoryView | undefined = undefined;

  /** @param live - the store's own map; this view reads it for as long as it is the newest. */
  constructor(version: number, live: ReadonlyMap<string, StateEntry>) {
    this.version = version;
    this.#live = live;
  }

  /** Makes this view an older one. The caller changes the live entries right after. */
  supersede(replaced: Replaced, next: MemoryView): void {
    this.#replaced = replaced;
    this.#next = next;
  }

  entry(key: string): StateEntry | undefined {
    if (this.#replaced === undefined) return this.#live.get(key);
    return this.#olderEntry(key, this.#replaced);
  }

  get(key: string): JsonValue | undefined {
    return this.entry(key)?.value;
  }

  keys(): readonly string[] {
    const keys: string[] = [];
    const replaced = this.#allReplaced();
    for (const [key, entry] of this.#live) {
      if (entry.value !== undefined && !replaced.has(key)) keys.push(key);
    }
    for (const [key, entry] of replaced) {
      if (entry?.value !== undefined) keys.push(key);
    }
    return keys.sort();
  }

  #olderEntry(key: string, replaced: Replaced): StateEntry | undefined {
    const own = replaced.get(key);
    if (own !== undefined || replaced.has(key)) return own;

    let steps = 0;
    for (let view = this.#next; view !== undefined; view = view.#next) {
      if (view.#replaced === undefined) return view.#live.get(key);
      steps += 1;
      if (steps > LONGEST_WALK) return this.#allReplaced().has(key) ? replaced.get(key) : this.#live.get(key);
      const entry = view.#replaced.get(key);
      if (entry !== undefined || view.#replaced.has(key)) return entry;
    }
    return undefined;
  }

  /** Everything that differs between this view and the live entries, gathered into this view. */
  #allReplaced(): Replaced {
    if (this.#replaced === undefined) return new Map();
    let view = this.#next;
    while (view !== undefined && view.#replaced !== undefined) {
      // The older commit wins: what it replaced is what this view saw.
      for (const [key, entry] of view.#replaced) if (!this.#replaced.has(key)) this.#replaced.set(key, entry);
      view = view.#next;
    }
    this.#next = view;
    return this.#replaced;
  }
}
