import type { StateEntry } from "@car/ir";
import { assertEqual, AssertionError } from "../assert.js";
import type { TestRunner } from "../test-runner.js";
import { commit, contentOf, fresh, type WithStore } from "./test-state-store-tools.js";

/** Rules about versions, entries and single views. */
export function testStateViews(it: TestRunner["it"], withStore: WithStore): void {
  it(
    "[ST-1] an empty store is at version 0, and each commit, even one of nothing, raises it by 1",
    withStore(async (store) => {
      assertEqual(contentOf(store.view(), ["a"]), { version: 0, keys: [], entries: [["a", undefined, undefined]] });
      assertEqual(await commit(store, { a: fresh(1) }), 1, "first version");
      assertEqual(await commit(store, {}), 2, "version after a commit of nothing");
      assertEqual(await commit(store, { a: undefined }), 3, "version after a removal");
      assertEqual(store.view().version, 3, "version of the view");
    }),
  );

  it(
    "[ST-2] [5.1] a commit applies all its entries as one version",
    withStore(async (store) => {
      await commit(store, { a: fresh(1), b: fresh(2), c: fresh(3) });
      await commit(store, { a: fresh(4), b: undefined, d: fresh(5) });
      const { keys, get } = reader(store.view());
      assertEqual(keys, ["a", "c", "d"]);
      assertEqual(["a", "b", "c", "d"].map(get), [4, undefined, 3, 5]);
    }),
  );

  it(
    "[ST-2] [5.9] a commit whose entries cannot all be read changes nothing",
    withStore(async (store) => {
      await commit(store, { a: fresh(1) });
      let failed = false;
      try {
        await store.commit({ entries: new InterruptedMap({ a: fresh(2), b: fresh(2) }) });
      } catch {
        failed = true;
      }
      assertEqual(failed, true, "the commit failed");
      const { keys, version } = reader(store.view());
      assertEqual({ keys, version, a: store.view().get("a") }, { keys: ["a"], version: 1, a: 1 });
    }),
  );

  testIsolation(it, withStore);
  testEntries(it, withStore);
  testKeys(it, withStore);
}

function testIsolation(it: TestRunner["it"], withStore: WithStore): void {
  it(
    "[ST-3] [5.1] a view taken earlier never changes",
    withStore(async (store) => {
      await commit(store, { changed: fresh(1), removed: fresh(1), kept: fresh(1) });
      const keys = ["changed", "removed", "kept", "added", "never"];
      const earlier = store.view();
      const before = contentOf(earlier, keys);
      await commit(store, { changed: fresh(2), removed: undefined, added: fresh(2) });
      assertEqual(contentOf(earlier, keys), before, "earlier view");
      assertEqual(store.view().keys(), ["added", "changed", "kept"], "keys of the newer view");
    }),
  );

  it(
    "[ST-29] [5.1] releasing a view, even twice, touches no other, not even of the same version",
    withStore(async (store) => {
      await commit(store, { a: fresh(1), b: fresh(1) });
      const [first, same] = [store.view(), store.view()];
      await commit(store, { a: fresh(2) });
      const second = store.view();
      const before = [same, second].map((view) => contentOf(view, ["a", "b"]));
      first.release?.();
      first.release?.();
      await commit(store, { a: fresh(3), b: undefined });
      assertEqual(
        [same, second].map((view) => contentOf(view, ["a", "b"])),
        before,
        "views that are still held",
      );
      assertEqual(store.view().keys(), ["a"], "keys of the newest view");
    }),
  );
}

function testEntries(it: TestRunner["it"], withStore: WithStore): void {
  it(
    "[ST-5] each key has the version of the commit that last changed it; a version an entry brings is kept",
    withStore(async (store) => {
      await commit(store, { a: fresh(1), b: fresh(1) });
      await commit(store, { b: fresh(2), c: fresh(2, { version: 1 }) });
      const view = store.view();
      assertEqual(
        ["a", "b", "c"].map((key) => view.entry(key)?.version),
        [1, 2, 1],
        "versions of a, b and c",
      );
    }),
  );

  it(
    "[ST-6] [4.9] an entry comes back as it was committed: origin, trusted value and labels",
    withStore(async (store) => {
      const claimed = fresh(2, { origin: "model", trusted: { value: 1, origin: "tool" }, labels: ["untrusted"] });
      await commit(store, { claimed, told: fresh({ deep: [1, null] }, { origin: "tool" }) });
      assertEqual(store.view().entry("claimed"), { ...claimed, version: 1 });
      assertEqual(store.view().entry("told"), { value: { deep: [1, null] }, origin: "tool", version: 1 });
    }),
  );

  it(
    "[ST-6] [4.9] a key that a model deleted is absent, and its trusted value is still there",
    withStore(async (store) => {
      await commit(store, { a: fresh(undefined, { origin: "model", trusted: { value: 1, origin: "host" } }) });
      const view = store.view();
      assertEqual({ keys: view.keys(), value: view.get("a") }, { keys: [], value: undefined });
      assertEqual(view.entry("a")?.trusted, { value: 1, origin: "host" }, "trusted value");
    }),
  );

  it(
    "[ST-7] a stored null is a value, a key that holds nothing gives undefined",
    withStore(async (store) => {
      await commit(store, { a: fresh(null), b: fresh(1) });
      await commit(store, { b: undefined });
      const view = store.view();
      assertEqual([view.get("a"), view.get("b"), view.get("c")], [null, undefined, undefined]);
      assertEqual([view.entry("b"), view.entry("c")], [undefined, undefined]);
    }),
  );
}

function testKeys(it: TestRunner["it"], withStore: WithStore): void {
  it(
    "[ST-8] keys are listed in ascending code-unit order, whenever they were written",
    withStore(async (store) => {
      // U+FF61 comes before U+1F600 by code point, after it by code unit.
      const sorted = ["", "B", "a", "a.b", "a0", "\u00e9", "\u{1f600}", "\uff61"];
      for (const key of [3, 0, 7, 5, 1, 6, 2, 4].map((place) => sorted[place] ?? "")) {
        await commit(store, { [key]: fresh(1) });
      }
      assertEqual(store.view().keys(), sorted);
    }),
  );

  it(
    "[ST-9] [2.1] names that objects have by nature are ordinary keys",
    withStore(async (store) => {
      const names = ["__proto__", "constructor", "hasOwnProperty", "prototype", "toString"];
      const empty = store.view();
      for (const name of names) assertEqual([empty.entry(name), empty.get(name)], [undefined, undefined], name);
      await store.commit({ entries: new Map(names.map((name) => [name, fresh(name)])) });
      assertEqual(
        names.map((name) => store.view().get(name)),
        names,
      );
      assertEqual(store.view().keys(), names);
      if ("polluted" in {}) throw new AssertionError("a prototype was changed");
    }),
  );
}

function reader(view: { keys(): readonly string[]; get(key: string): unknown; readonly version: number }) {
  return { keys: view.keys(), version: view.version, get: (key: string) => view.get(key) };
}

/** Entries that give the first one and then fail, however they are read. */
class InterruptedMap extends Map<string, StateEntry> {
  constructor(entries: Readonly<Record<string, StateEntry>>) {
    super(Object.entries(entries));
  }

  override *entries(): MapIterator<[string, StateEntry]> {
    for (const entry of super.entries()) {
      yield entry;
      throw new Error("interrupted");
    }
  }

  override *keys(): MapIterator<string> {
    for (const [key] of this.entries()) yield key;
  }

  override *values(): MapIterator<StateEntry> {
    for (const [, entry] of this.entries()) yield entry;
  }

  override [Symbol.iterator](): MapIterator<[string, StateEntry]> {
    return this.entries();
  }

  override forEach(visit: (entry: StateEntry, key: string, map: Map<string, StateEntry>) => void): void {
    for (const [key, entry] of this.entries()) visit(entry, key, this);
  }
}
