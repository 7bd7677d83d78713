import type { JsonValue, StateEntry } from "@car/ir";
import type { StateView } from "@car/ir/ports";
import type { LiveEntries } from "./live-entries.js";
import type { ReplacedEntries } from "./replaced-entries.js";

/** A reader that passes more views than this on its way to the newest one gathers what they know into its own. */
const LONGEST_WALK = 16;

/**
 * A view that costs nothing to take. The newest view reads the live entries. When a commit comes, the view keeps what
 * the commit replaced and asks the next view for everything else. Views point only to newer ones, so a view
 * that nobody holds is collected together with what it kept.
 */
export class MemoryView implements StateView {
  readonly version: number;
  readonly #live: LiveEntries;
  #replaced: ReplacedEntries | undefined = undefined;
  #next: MemoryView | undefined = undefined;

  constructor(version: number, live: LiveEntries) {
    this.version = version;
    this.#live = live;
  }

  /** Makes this view an older one, right before the commit that replaces these entries is applied. */
  supersede(replaced: ReplacedEntries, next: MemoryView): void {
    this.#replaced = replaced;
    this.#next = next;
  }

  entry(key: string): StateEntry | undefined {
    const entry = this.#live.map.get(key);
    if (this.#replaced === undefined) return entry;
    const unchanged = this.version >= this.#live.lastUntraced && (entry?.version ?? 0) <= this.version;
    return unchanged ? entry : this.#entryBefore(this.#replaced, key);
  }

  get(key: string): JsonValue | undefined {
    return this.entry(key)?.value;
  }

  keys(): readonly string[] {
    const replaced = this.#replaced === undefined ? undefined : this.#gather(this.#replaced);
    const unchanged = [...this.#live.map.keys()].filter((key) => replaced === undefined || replaced.placeOf(key) < 0);
    return [...unchanged, ...(replaced?.keys() ?? [])].filter((key) => this.get(key) !== undefined).sort();
  }

  #entryBefore(own: ReplacedEntries, key: string): StateEntry | undefined {
    let place = own.placeOf(key);
    if (place >= 0) return own.entryAt(place);

    let steps = 0;
    for (let view = this.#next; view !== undefined && steps < LONGEST_WALK; view = view.#next) {
      if (view.#replaced === undefined) return view.#live.map.get(key);
      place = view.#replaced.placeOf(key);
      if (place >= 0) return view.#replaced.entryAt(place);
      steps += 1;
    }
    place = this.#gather(own).placeOf(key);
    return place >= 0 ? own.entryAt(place) : this.#live.map.get(key);
  }

  /** Takes everything that later commits replaced into this view's own, so that the newest view is the next one. */
  #gather(own: ReplacedEntries): ReplacedEntries {
    let view = this.#next;
    while (view !== undefined && view.#replaced !== undefined) {
      own.addAll(view.#replaced);
      view = view.#next;
    }
    this.#next = view;
    return own;
  }
}
