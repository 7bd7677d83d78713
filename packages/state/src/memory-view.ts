import type { JsonValue, StateEntry } from "@car/ir";
import type { StateView } from "@car/ir/ports";
import type { Moment } from "./moment.js";

/** One reader's hold on a moment. */
export class MemoryView implements StateView {
  readonly version: number;
  #moment: Moment | undefined;

  constructor(moment: Moment) {
    moment.need();
    this.version = moment.version;
    this.#moment = moment;
  }

  entry(key: string): StateEntry | undefined {
    return this.#readable().entry(key);
  }

  get(key: string): JsonValue | undefined {
    return this.#readable().entry(key)?.value;
  }

  keys(): readonly string[] {
    const moment = this.#readable();
    return moment
      .candidateKeys()
      .filter((key) => moment.entry(key)?.value !== undefined)
      .sort();
  }

  entryKeys(): readonly string[] {
    const moment = this.#readable();
    return moment.isNewest ? moment.candidateKeys() : moment.candidateKeys().filter((key) => moment.entry(key));
  }

  entryValues(): readonly StateEntry[] {
    const moment = this.#readable();
    return moment.isNewest ? moment.liveEntries() : this.entryKeys().map((key) => moment.entry(key)!);
  }

  release(): void {
    this.#moment?.unneed();
    this.#moment = undefined;
  }

  #readable(): Moment {
    if (this.#moment === undefined) throw new TypeError("a view is read after its release");
    return this.#moment;
  }
}
