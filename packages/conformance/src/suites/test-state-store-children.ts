import type { NestedLockError } from "@car/ir";
import type { LockOwner } from "@car/ir/ports";
import { assertEqual, assertThrowsCode } from "../assert.js";
import type { TestRunner } from "../test-runner.js";
import { ask, assertWaiting, granted, queue, take, type WithStore } from "./test-state-store-tools.js";

/** Rules about requests of child runs. */
export function testChildLocks(it: TestRunner["it"], withStore: WithStore): void {
  testNested(it, withStore);

  it(
    "[ST-20] a child's request passes those that wait: they may wait for its parent",
    withStore(async (store) => {
      const parent: LockOwner = {};
      const held = take(store, { reads: ["a"], writes: ["b"], owner: parent });
      const writer = queue(store, { writes: ["a", "c"] });
      const all = queue(store, { writes: ["*"] });
      take(store, { reads: ["a"], writes: ["c"], owner: { parent } }).release();
      held.release();
      (await granted(writer)).release();
      await granted(all);
    }),
  );

  it(
    "[ST-20] a child's request waits for what others hold, and gets it before those who came later",
    withStore(async (store) => {
      const parent: LockOwner = {};
      take(store, { writes: ["a"], owner: parent });
      const stranger = take(store, { writes: ["b"] });
      const blocked = queue(store, { writes: ["a", "b"] });
      const child = queue(store, { writes: ["b"], owner: { parent } });
      const later = queue(store, { reads: ["b"] });
      await assertWaiting(blocked, child, later);
      // `blocked` came first, but waits for the parent, and the parent for its child.
      stranger.release();
      (await granted(child)).release();
      await assertWaiting(blocked, later);
    }),
  );
}

function testNested(it: TestRunner["it"], withStore: WithStore): void {
  it(
    "[ST-19] [5.1] a child that needs what an ancestor holds is refused at once, with the keys",
    withStore((store) => {
      const parent: LockOwner = {};
      const child: LockOwner = { parent };
      const lease = take(store, { writes: ["a", "p*"], reads: ["b"], owner: parent });
      take(store, { writes: ["e"] });
      const wanted = { reads: ["a", "d"], writes: ["b", "e", "pq"], owner: { parent: child } };
      const error = assertThrowsCode("CAR_LOCK_NESTED", () => ask(store, wanted));
      assertEqual([...(error as NestedLockError).keys].sort(), ["a", "b", "pq"], "keys of the error");
      assertThrowsCode("CAR_LOCK_NESTED", () => ask(store, { reads: ["*"], owner: child }));
      lease.release();
      take(store, { reads: ["a", "d"], writes: ["b", "pq"], owner: child });
    }),
  );

  it(
    "[ST-19] [5.1] a child may read what an ancestor reads, and a refused request leaves nothing behind",
    withStore((store) => {
      const parent: LockOwner = {};
      take(store, { reads: ["a", "p*"], writes: ["w"], owner: parent });
      take(store, { reads: ["a", "pq", "p*"], owner: { parent } });
      assertThrowsCode("CAR_LOCK_NESTED", () => ask(store, { writes: ["w", "free"], owner: { parent } }));
      assertThrowsCode("CAR_LOCK_NESTED", () => ask(store, { writes: ["w*", "free*"], owner: { parent } }));
      take(store, { writes: ["free"] });
    }),
  );

  it(
    "[ST-19] [5.1] what a sibling or a stranger holds is waited for",
    withStore(async (store) => {
      const parent: LockOwner = {};
      const sibling = take(store, { writes: ["a"], owner: { parent } });
      const child = queue(store, { reads: ["a"], owner: { parent } });
      await assertWaiting(child);
      sibling.release();
      await granted(child);
    }),
  );
}
