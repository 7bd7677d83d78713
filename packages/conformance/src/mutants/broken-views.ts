import type { StateEntry } from "@car/ir";
import type { StateCommit, StateStore, StateView } from "@car/ir/ports";
import { PlainStateStore, PlainView } from "./plain-state-store.js";

/** The rule a mutant breaks, how it breaks it, and the mutant. */
export type Mutant = readonly [rule: string, how: string, mutant: new () => StateStore];

/** Stores whose commits or views are wrong. */
export const BROKEN_VIEWS: readonly Mutant[] = [
  [
    "ST-1",
    "does not count a commit of nothing",
    class extends PlainStateStore {
      override commit(change: StateCommit): number | Promise<number> {
        return change.entries.size === 0 ? this.version : super.commit(change);
      }
    },
  ],
  [
    "ST-1",
    "never raises the version",
    class extends PlainStateStore {
      override commit(change: StateCommit): number | Promise<number> {
        this.version = 0;
        return super.commit(change);
      }
    },
  ],
  [
    "ST-2",
    "forgets the last entry of a commit",
    class extends PlainStateStore {
      override commit({ entries }: StateCommit): number | Promise<number> {
        return super.commit({ entries: new Map([...entries].slice(0, -1)) });
      }
    },
  ],
  [
    "ST-2",
    "applies what it could read of a commit",
    class extends PlainStateStore {
      override commit({ entries }: StateCommit): number {
        this.version += 1;
        for (const [key, entry] of entries) this.put(key, entry);
        return this.version;
      }
    },
  ],
  [
    "ST-2",
    "never removes",
    class extends PlainStateStore {
      protected override put(key: string, entry: StateEntry | undefined): void {
        if (entry !== undefined) super.put(key, entry);
      }
    },
  ],
  [
    "ST-3",
    "shows later commits in earlier views",
    class extends PlainStateStore {
      override view(): StateView {
        return new PlainView(this.version, this.entries);
      }
    },
  ],
  ["ST-4", "remembers only the last change of a key", lateCopies(1)],
  ["ST-4", "goes wrong in views that are many commits old", lateCopies(12)],
  [
    "ST-5",
    "leaves the version of a key at 0",
    class extends PlainStateStore {
      protected override put(key: string, entry: StateEntry | undefined): void {
        if (entry === undefined) super.put(key, entry);
        else this.entries.set(key, entry);
      }
    },
  ],
  [
    "ST-5",
    "gives every key the newest version",
    class extends PlainStateStore {
      override commit(change: StateCommit): number | Promise<number> {
        const version = super.commit(change);
        for (const [key, entry] of this.entries) this.entries.set(key, { ...entry, version: this.version });
        return version;
      }
    },
  ],
  [
    "ST-5",
    "does not keep a version that an entry brings",
    class extends PlainStateStore {
      protected override put(key: string, entry: StateEntry | undefined): void {
        super.put(key, entry === undefined ? undefined : { ...entry, version: 0 });
      }
    },
  ],
  [
    "ST-6",
    "a model's write destroys the trusted value",
    rewriting(({ value, origin, version }) => ({ value, origin, version })),
  ],
  ["ST-6", "takes everybody for the host", rewriting((entry) => ({ ...entry, origin: "host" }))],
  ["ST-6", "loses labels", rewriting((entry) => ({ ...entry, labels: [] }))],
  [
    "ST-6",
    "forgets the trusted value of a key that a model deleted",
    class extends PlainStateStore {
      protected override put(key: string, entry: StateEntry | undefined): void {
        super.put(key, entry?.value === undefined ? undefined : entry);
      }
    },
  ],
  [
    "ST-6",
    "lists keys that a model deleted",
    viewing(
      (view) =>
        class extends view {
          override keys(): readonly string[] {
            return [...this.entries.keys()].sort();
          }
        },
    ),
  ],
  [
    "ST-7",
    "takes a stored null for nothing",
    viewing(
      (view) =>
        class extends view {
          override entry(key: string): StateEntry | undefined {
            const entry = super.entry(key);
            return entry?.value === null ? undefined : entry;
          }
        },
    ),
  ],
  [
    "ST-8",
    "lists keys in order of insertion",
    viewing(
      (view) =>
        class extends view {
          override keys(): readonly string[] {
            return [...this.entries.keys()].filter((key) => this.get(key) !== undefined);
          }
        },
    ),
  ],
  [
    "ST-8",
    "lists keys in order of code points",
    viewing(
      (view) =>
        class extends view {
          override keys(): readonly string[] {
            const points = (key: string): string =>
              [...key].map((char) => char.codePointAt(0)?.toString(16).padStart(6, "0")).join();
            return [...super.keys()].sort((left, right) => (points(left) < points(right) ? -1 : 1));
          }
        },
    ),
  ],
  [
    "ST-9",
    "keeps entries in a plain object",
    viewing(
      (view) =>
        class extends view {
          override entry(key: string): StateEntry | undefined {
            const object: Record<string, StateEntry> = {};
            for (const [name, entry] of this.entries) object[name] = entry;
            return object[key];
          }
        },
    ),
  ],
  [
    "ST-29",
    "empties views of one version when one of them is released",
    class extends PlainStateStore {
      private readonly shared = new Map<number, Map<string, StateEntry>>();
      override view(): StateView {
        const entries = this.shared.get(this.version) ?? new Map(this.entries);
        this.shared.set(this.version, entries);
        return new (class extends PlainView {
          release(): void {
            entries.clear();
          }
        })(this.version, entries);
      }
    },
  ],
];

/** A store that changes every entry it is given. */
function rewriting(rewrite: (entry: StateEntry) => StateEntry): Mutant[2] {
  return class extends PlainStateStore {
    protected override put(key: string, entry: StateEntry | undefined): void {
      super.put(key, entry === undefined ? undefined : rewrite(entry));
    }
  };
}

/** A store with another kind of view. */
function viewing(broken: (view: typeof PlainView) => typeof PlainView): Mutant[2] {
  const View = broken(PlainView);
  return class extends PlainStateStore {
    override view(): StateView {
      this.requireOpen();
      return new View(this.version, new Map(this.entries));
    }
  };
}

/** A store whose views are right for some commits and then read what is newest. */
function lateCopies(commits: number): Mutant[2] {
  return class extends PlainStateStore {
    override view(): StateView {
      this.requireOpen();
      const [version, then] = [this.version, new Map(this.entries)];
      const pick = (): PlainView => new PlainView(version, this.version > version + commits ? this.entries : then);
      return { version, entry: (key) => pick().entry(key), get: (key) => pick().get(key), keys: () => pick().keys() };
    }
  };
}
