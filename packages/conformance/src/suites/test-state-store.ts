import type { StateStore } from "@car/ir/ports";
import type { TestRunner } from "../test-runner.js";
import { testChildLocks } from "./test-state-store-children.js";
import { testStoreClose } from "./test-state-store-close.js";
import { testStateHistory } from "./test-state-store-history.js";
import { testKeyLocks } from "./test-state-store-locks.js";
import { testLockQueues } from "./test-state-store-queues.js";
import { testLockTraffic } from "./test-state-store-traffic.js";
import { testStateViews } from "./test-state-store-views.js";
import { testStoreReopen } from "./test-state-store-reopen.js";
import type { WithStore } from "./test-state-store-tools.js";

/** How a suite gets stores; each test closes its own. */
export interface StateStoreFactory {
  /** A fresh, empty store. */
  readonly create: () => StateStore | Promise<StateStore>;
  /** Opens again what a closed store kept; needed when `supports.durable`. */
  readonly reopen?: (closed: StateStore) => StateStore | Promise<StateStore>;
}

/** Registers a test for every rule of `packages/state/SPEC.md` that holds for any store. */
export function testStateStore(
  { describe, it }: TestRunner,
  factory: StateStoreFactory | StateStoreFactory["create"],
): void {
  const { create, reopen }: StateStoreFactory = typeof factory === "function" ? { create: factory } : factory;
  const withStore: WithStore = (body) => async () => {
    const store = await create();
    try {
      await body(store);
    } finally {
      await store.close();
    }
  };

  describe("StateStore", () => {
    testStateViews(it, withStore);
    testStateHistory(it, withStore);
    testKeyLocks(it, withStore);
    testLockQueues(it, withStore);
    testChildLocks(it, withStore);
    testLockTraffic(it, withStore);
    testStoreClose(it, withStore);
    testStoreReopen(it, withStore, reopen);
  });
}
