import type { StateStore } from "@car/ir/ports";
import type { TestRunner } from "../test-runner.js";
import { testChildLocks } from "./test-state-store-children.js";
import { testStoreClose } from "./test-state-store-close.js";
import { testStateHistory } from "./test-state-store-history.js";
import { testKeyLocks } from "./test-state-store-locks.js";
import { testLockQueues } from "./test-state-store-queues.js";
import { testLockTraffic } from "./test-state-store-traffic.js";
import { testStateViews } from "./test-state-store-views.js";
import type { WithStore } from "./test-state-store-tools.js";

/**
 * Registers a test for every rule of `packages/state/SPEC.md` that holds for any store.
 * @param create - gives a fresh, empty store; each test closes its own.
 */
export function testStateStore({ describe, it }: TestRunner, create: () => StateStore | Promise<StateStore>): void {
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
  });
}
