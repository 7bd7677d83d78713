import type { StateEntry } from "@car/ir";
import { assertEqual, AssertionError } from "../assert.js";
import type { TestRunner } from "../test-runner.js";
import type { StateStoreFactory } from "./test-state-store.js";
import { commit, contentOf, fresh, take, type WithStore } from "./test-state-store-tools.js";

const ENTRIES: Readonly<Record<string, StateEntry>> = {
  plain: fresh({ list: [1, null, "x"], deep: { yes: true } }),
  nothing: fresh(null),
  claimed: fresh("model's", { origin: "model", trusted: { value: "host's", origin: "host" }, labels: ["untrusted"] }),
  deleted: fresh(undefined, { origin: "model", trusted: { value: [0], origin: "tool" } }),
  "": fresh("the empty key"),
  'a "quoted\\ \n\u0000key': fresh(1),
  "k\uD83D\uDE00": fresh("\uD83D\uDE00"),
  ["__proto__"]: fresh("ordinary"),
};

/** Rules about stores that outlive the process. */
export function testStoreReopen(it: TestRunner["it"], withStore: WithStore, reopen: StateStoreFactory["reopen"]): void {
  it(
    "[ST-28] [8.1] a durable store has every commit that was answered when it is opened again, versions and origins too",
    withStore(async (store) => {
      if (!store.supports.durable) return;
      if (reopen === undefined) throw new AssertionError("a durable store needs `reopen`");
      await commit(store, { gone: fresh("removed later"), plain: fresh("replaced later") });
      await commit(store, ENTRIES);
      await Promise.all([commit(store, { gone: undefined }), commit(store, { other: fresh(2) })]);
      const keys = [...Object.keys(ENTRIES), "gone", "other"];
      const before = contentOf(store.view(), keys);
      await store.close();
      const again = await reopen(store);
      assertEqual(contentOf(again.view(), keys), before);
      take(again, { writes: ["plain"] }).release();
      assertEqual(await commit(again, { other: fresh(3) }), 5);
      await again.close();
    }),
  );
}
