import type { StateEntry } from "@car/ir";
import type { LiveEntries } from "./live-entries.js";
import type { ReplacedEntries } from "./replaced-entries.js";

/** A reader that passes more moments than this on its way to the newest one gathers what they know into its own. */
const LONGEST_WALK = 16;

/**
 * One version of the state. The newest moment reads the live entries. When a commit comes, the moment keeps what
 * the commit replaced and asks the next moment for everything else. Moments point only to newer ones, so what nobody
 * can read any more is collected.
 */
export class Moment {
  readonly version: number;
  readonly #live: LiveEntries;
  #replaced: ReplacedEntries | undefined = undefined;
  #next: Moment | undefined = undefined;
  /** The views of this moment, and one more while the moment before it is needed. */
  #needs = 0;

  constructor(version: number, live: LiveEntries) {
    this.version = version;
    this.#live = live;
  }

  get isNeeded(): boolean {
    return this.#needs > 0;
  }

  /** True while no commit has come after it. */
  get isNewest(): boolean {
    return this.#replaced === undefined;
  }

  need(): void {
    this.#needs += 1;
  }

  /**
   * Ends one need. Moments that nobody needs let go of the next one: were they left as they are, a single one that has
   * grown old would make the garbage collector take all that follow for alive, until it next looks at everything.
   */
  unneed(): void {
    let freed = this.#unneedOnce();
    while (freed !== undefined) freed = freed.#unneedOnce();
  }

  /** Makes this moment a past one, right before the commit that replaces these entries is applied. */
  supersede(replaced: ReplacedEntries, next: Moment): void {
    this.#replaced = replaced;
    this.#next = next;
    next.need();
  }

  entry(key: string): StateEntry | undefined {
    const entry = this.#live.map.get(key);
    if (this.#replaced === undefined) return entry;
    const unchanged = this.version >= this.#live.lastUntraced && (entry?.version ?? 0) <= this.version;
    return unchanged ? entry : this.#pastEntry(this.#replaced, key);
  }

  /** What the newest moment holds, in the order of its `candidateKeys`. */
  liveEntries(): readonly StateEntry[] {
    return [...this.#live.map.values()];
  }

  /** Every key that holds or held something then or later; what it held then is for `entry` to say. */
  candidateKeys(): readonly string[] {
    const live = [...this.#live.map.keys()];
    if (this.#replaced === undefined) return live;
    const replaced = this.#gather(this.#replaced);
    return [...live.filter((key) => replaced.placeOf(key) < 0), ...replaced.keys()];
  }

  #pastEntry(own: ReplacedEntries, key: string): StateEntry | undefined {
    let place = own.placeOf(key);
    if (place >= 0) return own.entryAt(place);

    let steps = 0;
    for (let moment = this.#next; moment !== undefined && steps < LONGEST_WALK; moment = moment.#next) {
      if (moment.#replaced === undefined) return moment.#live.map.get(key);
      place = moment.#replaced.placeOf(key);
      if (place >= 0) return moment.#replaced.entryAt(place);
      steps += 1;
    }
    place = this.#gather(own).placeOf(key);
    return place >= 0 ? own.entryAt(place) : this.#live.map.get(key);
  }

  /** Takes everything that later commits replaced into this moment's own, so that the newest moment is the next one. */
  #gather(own: ReplacedEntries): ReplacedEntries {
    const passed = this.#next;
    let newest = passed;
    while (newest !== undefined && newest.#replaced !== undefined) {
      own.addAll(newest.#replaced);
      newest = newest.#next;
    }
    newest?.need();
    this.#next = newest;
    passed?.unneed();
    return own;
  }

  #unneedOnce(): Moment | undefined {
    this.#needs -= 1;
    if (this.#needs > 0) return undefined;
    const next = this.#next;
    this.#next = undefined;
    this.#replaced = undefined;
    return next;
  }
}
