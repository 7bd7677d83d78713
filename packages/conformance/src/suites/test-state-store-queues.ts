import type { TestRunner } from "../test-runner.js";
import { assertRefused, assertWaiting, granted, queue, take, type WithStore } from "./test-state-store-tools.js";

/** Rules about who is served when, and about leaving. */
export function testLockQueues(it: TestRunner["it"], withStore: WithStore): void {
  testOrder(it, withStore);
  testWholeSets(it, withStore);
  testRelease(it, withStore);
  testCancel(it, withStore);
}

function testOrder(it: TestRunner["it"], withStore: WithStore): void {
  it(
    "[ST-15] [5.1] conflicting requests are served in order of arrival",
    withStore(async (store) => {
      let lease = take(store, { writes: ["a"] });
      const writers = [1, 2, 3].map(() => queue(store, { writes: ["a"] }));
      for (const [index, writer] of writers.entries()) {
        await assertWaiting(...writers.slice(index));
        lease.release();
        lease = await granted(writer);
      }
    }),
  );

  it(
    "[ST-15] [5.1] a reader that comes after a waiting writer waits, although only readers hold the key",
    withStore(async (store) => {
      const first = take(store, { reads: ["a"] });
      const writer = queue(store, { writes: ["a"] });
      const readers = [queue(store, { reads: ["a"] }), queue(store, { reads: ["a"] })];
      await assertWaiting(writer, ...readers);
      first.release();
      const written = await granted(writer);
      await assertWaiting(...readers);
      written.release();
      for (const reader of readers) await granted(reader);
    }),
  );

  it(
    "[ST-15] [5.1] order of arrival holds between prefixes and keys",
    withStore(async (store) => {
      const first = take(store, { writes: ["a.b"] });
      const prefix = queue(store, { writes: ["a.*"] });
      const key = queue(store, { reads: ["a.c"] });
      await assertWaiting(prefix, key);
      first.release();
      const lease = await granted(prefix);
      await assertWaiting(key);
      lease.release();
      await granted(key);
    }),
  );
}

function testWholeSets(it: TestRunner["it"], withStore: WithStore): void {
  it(
    "[ST-16] [5.1] a request that waits holds nothing, and is granted once all its keys are free",
    withStore(async (store) => {
      const holders = ["a", "b", "c"].map((key) => take(store, { writes: [key] }));
      const all = queue(store, { writes: ["a", "c"], reads: ["b"] });
      for (const holder of holders) {
        await assertWaiting(all);
        holder.release();
      }
      await granted(all);
    }),
  );

  it(
    "[ST-16] [5.1] requests for the same keys in opposite order never wait in a circle",
    withStore(async (store) => {
      const holder = take(store, { writes: ["a", "b"] });
      const first = queue(store, { writes: ["a", "b"] });
      const second = queue(store, { writes: ["b", "a"] });
      holder.release();
      (await granted(first)).release();
      (await granted(second)).release();
    }),
  );
}

function testRelease(it: TestRunner["it"], withStore: WithStore): void {
  it(
    "[ST-17] releasing twice frees nothing that somebody else holds by then",
    withStore(async (store) => {
      const first = take(store, { writes: ["a"], reads: ["b", "c*"] });
      first.release();
      take(store, { writes: ["a"], reads: ["b"] });
      take(store, { reads: ["b", "c*"] });
      const waiting = [["a"], ["b"], ["c"]].map((writes) => queue(store, { writes }));
      first.release();
      await assertWaiting(...waiting);
    }),
  );
}

function testCancel(it: TestRunner["it"], withStore: WithStore): void {
  it(
    "[ST-18] a request that is canceled is rejected, and those behind it move up",
    withStore(async (store) => {
      const holder = take(store, { reads: ["a"] });
      const writer = queue(store, { writes: ["a", "b"] });
      const [reader, other] = [queue(store, { reads: ["a"] }), queue(store, { writes: ["b"] })];
      await assertWaiting(reader, other);
      writer.wait.cancel();
      writer.wait.cancel();
      await assertRefused("CAR_LOCK_CANCELED", writer);
      await granted(reader);
      await granted(other);
      holder.release();
    }),
  );

  it(
    "[ST-18] canceling a request whose lease has been granted does nothing",
    withStore(async (store) => {
      const holder = take(store, { writes: ["a"] });
      const next = queue(store, { writes: ["a"] });
      holder.release();
      const lease = await granted(next);
      next.wait.cancel();
      const last = queue(store, { writes: ["a"] });
      await assertWaiting(last);
      lease.release();
      await granted(last);
    }),
  );
}
