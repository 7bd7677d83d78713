import type { RecordedRun } from "./recorded-history.js";

/** Who wrote a version, and whether it was that run's last word on the key. */
export interface WrittenVersion {
  readonly run: number;
  readonly isFinal: boolean;
}

/** What was written to one key. */
interface KeyWrites {
  readonly writers: Map<string, WrittenVersion>;
  /** Versions that were committed, oldest first, and the place of each. */
  readonly order: string[];
  readonly places: Map<string, number>;
}

/** All versions of all keys of a history, in the order in which the runs were committed. */
export class WrittenVersions {
  readonly #keys = new Map<string, KeyWrites>();

  /** @throws `TypeError` when a version has no name, or two writes of a key have the same. */
  constructor(history: readonly RecordedRun[]) {
    for (const [run, recorded] of history.entries()) this.#addRun(run, recorded);
  }

  writer(key: string, version: string): WrittenVersion | undefined {
    return this.#keys.get(key)?.writers.get(version);
  }

  /** Who committed the next version of `key` after `version`, or after what was there at first (`undefined`). */
  nextWriter(key: string, version: string | undefined): number | undefined {
    const writes = this.#keys.get(key);
    const place = version === undefined ? -1 : (writes?.places.get(version) ?? -1);
    const next = writes?.order[place + 1];
    return next === undefined ? undefined : writes?.writers.get(next)?.run;
  }

  /** Each key with the runs that committed its versions, oldest first. */
  *chains(): Generator<readonly [string, readonly number[]], void> {
    for (const [key, { order, writers }] of this.#keys) {
      yield [key, order.map((version) => writers.get(version)!.run)];
    }
  }

  /** The newest committed version of each key that was written. */
  latest(): ReadonlyMap<string, string> {
    const written = [...this.#keys].filter(([, { order }]) => order.length > 0);
    return new Map(written.map(([key, { order }]) => [key, order[order.length - 1]!]));
  }

  #addRun(run: number, { operations, committed }: RecordedRun): void {
    const last = new Map<string, string>();
    for (const { kind, key, version } of operations) {
      if (kind === "read") continue;
      if (version === null) throw new TypeError(`a write of \`${key}\` has no version to tell it by`);
      const writes = this.#writesOf(key);
      if (writes.writers.has(version)) throw new TypeError(`version \`${version}\` of \`${key}\` is written twice`);
      writes.writers.set(version, { run, isFinal: false });
      last.set(key, version);
    }
    for (const [key, version] of last) {
      const writes = this.#writesOf(key);
      writes.writers.set(version, { run, isFinal: true });
      if (committed) writes.places.set(version, writes.order.push(version) - 1);
    }
  }

  #writesOf(key: string): KeyWrites {
    const known = this.#keys.get(key);
    if (known !== undefined) return known;
    const created: KeyWrites = { writers: new Map(), order: [], places: new Map() };
    this.#keys.set(key, created);
    return created;
  }
}
