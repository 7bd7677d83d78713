import { assertEqual, assertRejectsCode, assertThrowsCode } from "../assert.js";
import type { TestRunner } from "../test-runner.js";
import { ask, assertRefused, commit, fresh, queue, take, type WithStore } from "./test-state-store-tools.js";

/** Rules about the end of a store. */
export function testStoreClose(it: TestRunner["it"], withStore: WithStore): void {
  it(
    "[ST-22] after close everything but close is refused",
    withStore(async (store) => {
      await store.close();
      assertThrowsCode("CAR_STORE_CLOSED", () => store.view());
      assertThrowsCode("CAR_STORE_CLOSED", () => ask(store, { reads: ["a"] }));
      assertThrowsCode("CAR_STORE_CLOSED", () => ask(store, {}));
      await assertRejectsCode("CAR_STORE_CLOSED", () => commit(store, { a: fresh(1) }));
      await store.close();
    }),
  );

  it(
    "[ST-22] [5.9] close refuses those that wait, so that nobody waits for ever",
    withStore(async (store) => {
      take(store, { writes: ["a"] });
      const waiting = [{ writes: ["a"] }, { reads: ["a", "b"] }, { reads: ["*"] }].map((wanted) =>
        queue(store, wanted),
      );
      const child = queue(store, { reads: ["a"], owner: { parent: {} } });
      await store.close();
      for (const pending of [...waiting, child]) {
        await assertRefused("CAR_STORE_CLOSED", pending);
        pending.wait.cancel();
      }
    }),
  );

  it(
    "[ST-22] leases can still be released after close, and views still be read",
    withStore(async (store) => {
      await commit(store, { a: fresh(1) });
      const lease = take(store, { writes: ["a"], reads: ["b*"] });
      const view = store.view();
      await store.close();
      lease.release();
      assertEqual({ keys: view.keys(), a: view.get("a"), version: view.version }, { keys: ["a"], a: 1, version: 1 });
    }),
  );
}
