import { assertEqual } from "../assert.js";
import type { TestRunner } from "../test-runner.js";
import { assertWaiting, granted, queue, take, type Wanted, type WithStore } from "./test-state-store-tools.js";

/** Rules about which locks exclude which. */
export function testKeyLocks(it: TestRunner["it"], withStore: WithStore): void {
  it(
    "[ST-10] [5.1] readers share a key, a writer has it alone",
    withStore(async (store) => {
      const readers = [take(store, { reads: ["a"] }), take(store, { reads: ["a"] })];
      const writer = queue(store, { writes: ["a"] });
      for (const reader of readers) {
        await assertWaiting(writer);
        reader.release();
      }
      const alone = await granted(writer);
      const [second, reader] = [queue(store, { writes: ["a"] }), queue(store, { reads: ["a"] })];
      await assertWaiting(second, reader);
      alone.release();
      await granted(second);
    }),
  );

  it(
    "[ST-11] [5.1] requests that do not conflict get their locks at once, whoever else waits",
    withStore(async (store) => {
      take(store, { writes: ["a"], reads: ["b"] });
      const waiting = queue(store, { reads: ["a", "c"] });
      take(store, { reads: ["b", "c"], writes: ["d"] });
      await assertWaiting(waiting);
    }),
  );

  testLockSets(it, withStore);
  testPatterns(it, withStore);
}

function testLockSets(it: TestRunner["it"], withStore: WithStore): void {
  it(
    "[ST-12] a key in both lists counts as written, and naming a key twice is naming it once",
    withStore(async (store) => {
      const lease = take(store, { reads: ["a", "b", "b"], writes: ["a", "a"] });
      const [reader, writer] = [queue(store, { reads: ["a"] }), queue(store, { writes: ["b", "b"], reads: ["b"] })];
      await assertWaiting(reader, writer);
      lease.release();
      await granted(reader);
      const next = await granted(writer);
      const last = queue(store, { writes: ["b"] });
      next.release();
      await granted(last);
    }),
  );

  it(
    "[ST-13] [5.1] a request for nothing never waits, and its lease is as good as any",
    withStore((store) => {
      take(store, { writes: ["*"] });
      const nothing = take(store, {});
      nothing.release();
      nothing.release();
    }),
  );
}

/** Pairs of requests that conflict, each with a word of why. */
const CONFLICTS: readonly (readonly [string, Wanted, Wanted])[] = [
  ["a key under a written prefix", { writes: ["user.*"] }, { reads: ["user.name"] }],
  ["a written key under a read prefix", { reads: ["user.*"] }, { writes: ["user.name"] }],
  ["a prefix over a held key", { writes: ["user.name"] }, { reads: ["user.*"] }],
  ["a written prefix over a read key", { reads: ["user.name"] }, { writes: ["user.*"] }],
  ["a prefix under a prefix", { writes: ["user.*"] }, { reads: ["user.address.*"] }],
  ["a prefix over a prefix", { reads: ["user.address.*"] }, { writes: ["u*"] }],
  ["a prefix over itself", { writes: ["user.*"] }, { writes: ["user.*"] }],
  ["everything", { writes: ["*"] }, { reads: [""] }],
  ["a prefix that is a key", { writes: ["user.*"] }, { reads: ["user."] }],
  ["one of several keys", { reads: ["a", "b*"], writes: ["c"] }, { writes: ["bb", "x"], reads: ["y"] }],
];

const NO_CONFLICTS: readonly (readonly [string, Wanted, Wanted])[] = [
  ["a key beside the prefix", { writes: ["user.*"] }, { writes: ["users", "user"] }],
  ["readers of a prefix and a key", { reads: ["user.*"] }, { reads: ["user.name"] }],
  ["readers of prefixes", { reads: ["user.*"] }, { reads: ["u*"] }],
  ["prefixes beside each other", { writes: ["user.a*"] }, { writes: ["user.b*"] }],
  ["a star in the middle", { writes: ["user.*.name"] }, { writes: ["user.1.name"] }],
];

function testPatterns(it: TestRunner["it"], withStore: WithStore): void {
  for (const [why, first, second] of CONFLICTS) {
    it(
      `[ST-14] [5.1] a prefix locks every key under it: ${why}`,
      withStore(async (store) => {
        const lease = take(store, first);
        const waiting = queue(store, second);
        await assertWaiting(waiting);
        lease.release();
        (await granted(waiting)).release();
        take(store, first);
      }),
    );
  }

  for (const [why, first, second] of NO_CONFLICTS) {
    it(
      `[ST-14] [5.1] a prefix locks nothing else: ${why}`,
      withStore((store) => {
        take(store, first);
        take(store, second);
      }),
    );
  }

  it(
    "[ST-14] a request does not stand in its own way",
    withStore((store) => {
      const all = { writes: ["a", "a*", "b*"], reads: ["a", "a*", "bb", "*"] };
      take(store, all).release();
      take(store, all).release();
      assertEqual(store.view().version, 0, "version");
    }),
  );
}
