import { type CarError, type JsonValue, type StateEntry, StateValueInvalidError } from "@car/ir";
import type { Lease, LockWait, StateStore } from "@car/ir/ports";
import { afterEach, describe, expect, it, vi } from "vitest";
import { memoryStateStore } from "./memory-state-store.js";

const entriesOf = (record: Readonly<Record<string, JsonValue>>): ReadonlyMap<string, StateEntry> =>
  new Map(Object.entries(record).map(([key, value]) => [key, { value, origin: "tool", version: 0 }]));

describe("memoryStateStore with initial values", () => {
  it("[ST-23] [4.9] holds them as the host's, at version 1", () => {
    const view = memoryStateStore({ a: 1, b: { c: [null] } }).view();
    expect(view.version).toBe(1);
    expect(view.entry("a")).toEqual({ value: 1, origin: "host", version: 1 });
    expect(view.entry("b")).toEqual({ value: { c: [null] }, origin: "host", version: 1 });
  });

  it("[ST-23] is at version 0 without any", () => {
    expect(memoryStateStore().view().version).toBe(0);
    expect(memoryStateStore({}).view().version).toBe(0);
  });

  it("[ST-23] keeps a frozen copy", () => {
    const inner = { list: [1] };
    const initial: Record<string, JsonValue> = { inner };
    const store = memoryStateStore(initial);
    inner.list.push(2);
    initial["added"] = 1;
    expect(store.view().get("inner")).toEqual({ list: [1] });
    expect(store.view().keys()).toEqual(["inner"]);
    expect(Object.isFrozen((store.view().get("inner") as { list: JsonValue }).list)).toBe(true);
  });

  it("[ST-9] [2.1] takes `__proto__` for a key", () => {
    const store = memoryStateStore(JSON.parse('{"__proto__": {"polluted": true}}') as Record<string, JsonValue>);
    expect(store.view().keys()).toEqual(["__proto__"]);
    expect("polluted" in {}).toBe(false);
  });

  it.each([
    ["a", 1n, "a: "],
    ["a", { b: [0, NaN] }, "a.b[1]: "],
    ["a", () => 1, "a: "],
    ["a", new Map(), "a: "],
    ["a", cyclic(), "a.self: "],
    ["deep", nested(65), "deep"],
  ])("[ST-24] [4.10] refuses %s = %s and says where", (key, value, place) => {
    const error = thrownBy(() => memoryStateStore({ [key]: value as JsonValue }));
    expect(error).toBeInstanceOf(StateValueInvalidError);
    expect(error.message).toContain(`initial value at ${place}`);
    expect((error.cause as CarError).code).toBe("CAR_JSON_INVALID");
  });

  it("[ST-24] refuses what is no record of values", () => {
    expect(() => memoryStateStore(new Map() as never)).toThrow(StateValueInvalidError);
  });

  it("[ST-24] takes values as deep as a proposal may be", () => {
    expect(
      memoryStateStore({ deep: nested(64) })
        .view()
        .keys(),
    ).toEqual(["deep"]);
  });
});

/** A commit to a store that answers at once (ST-25). */
function commitNow(store: StateStore, entries: ReadonlyMap<string, StateEntry | undefined>): void {
  expect(store.commit({ entries })).toBeTypeOf("number");
}

describe("memoryStateStore", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("[ST-25] answers at once: views, versions, and leases that nothing is in the way of", () => {
    const store = memoryStateStore();
    expect(store.commit({ entries: entriesOf({ a: 1 }) })).toBe(1);
    expect(store.acquire({ owner: {}, reads: ["a"], writes: ["b"] })).not.toHaveProperty("lease");
    expect(store.supports).toEqual({ durable: false });
  });

  it("[ST-26] [5.2] touches as many keys in a store of 20,000 as in one of 20", () => {
    const traffic = mapTrafficOf(storeOf(20_000));
    expect(traffic).toEqual(mapTrafficOf(storeOf(20)));
    expect(traffic).toMatchObject({ largestWalk: 3 });
  });

  it("[ST-26] [5.2] keeps what a commit replaced only while some view may still be read", () => {
    const store = memoryStateStore({ a: 0 });
    const lookUps = (): number => {
      const spy = vi.spyOn(Map.prototype, "get");
      commitNow(store, entriesOf({ a: 1 }));
      const count = spy.mock.contexts.filter((map) => (map as Map<unknown, unknown>).has("a")).length;
      spy.mockRestore();
      return count;
    };
    expect(lookUps()).toBe(0);
    const views = [store.view(), store.view()];
    expect(lookUps()).toBe(1);
    views.push(store.view());
    for (const view of views) {
      expect(lookUps()).toBe(1);
      view.release?.();
    }
    expect(lookUps()).toBe(0);
  });

  it("[ST-4] lists all entries in the order of their keys, as they were when the view was taken", () => {
    const store = memoryStateStore({ a: 0, b: 0 });
    const old = store.view();
    commitNow(store, new Map([...entriesOf({ c: 1 }), ["a", undefined]]));
    for (const [view, expected] of [
      [old, ["a", "b"]],
      [store.view(), ["b", "c"]],
    ] as const) {
      const keys = view.entryKeys!();
      expect([...keys].sort()).toEqual(expected);
      expect(view.entryValues!()).toEqual(keys.map((key) => view.entry(key)));
    }
  });

  it("[ST-29] throws when a view is read after its release", () => {
    const view = memoryStateStore({ a: 0 }).view();
    view.release?.();
    expect(() => view.get("a")).toThrow(TypeError);
    expect(() => view.entry("a")).toThrow(TypeError);
    expect(() => view.keys()).toThrow(TypeError);
    expect(view.version).toBe(1);
  });

  it("[ST-4] reads right in a view that is thousands of commits old", () => {
    const store = memoryStateStore({ a: 0, b: 0, c: 0 });
    const old = store.view();
    for (let round = 1; round <= 3_000; round++) commitNow(store, entriesOf({ a: round, [`k${round}`]: 1 }));
    commitNow(store, new Map([["b", undefined]]));
    expect(["a", "b", "c", "k1", "never"].map((key) => old.get(key))).toEqual([0, 0, 0, undefined, undefined]);
    expect(old.keys()).toEqual(["a", "b", "c"]);
    expect(store.view().get("a")).toBe(3_000);
  });

  it("[ST-30] [5.1] compares many prefixes only with those that they overlap", async () => {
    const store = memoryStateStore();
    const prefixes = (run: string) => Array.from({ length: 20_000 }, (_, each) => `${run}/${each}x*`);
    const first = store.acquire({ owner: {}, reads: [], writes: prefixes("a") }) as Lease;
    expect(store.acquire({ owner: {}, reads: prefixes("b"), writes: [] })).not.toHaveProperty("lease");
    const third = store.acquire({ owner: {}, reads: prefixes("a"), writes: [] }) as LockWait;
    first.release();
    (await third.lease).release();
    const ladder = Array.from({ length: 1_000 }, (_, length) => `${"c".repeat(length + 1)}*`);
    const climbers = [1, 2, 3].map(() => store.acquire({ owner: {}, reads: ladder, writes: [] }));
    expect(climbers.some((answer) => "lease" in answer)).toBe(false);
  });

  it("[ST-27] [5.1] two users of one store wait for each other and see each other's commits", async () => {
    const store = memoryStateStore();
    const count = async (): Promise<void> => {
      const lease = await locked(store, "count");
      const before = (store.view().get("count") as number | undefined) ?? 0;
      await Promise.resolve();
      commitNow(store, entriesOf({ count: before + 1 }));
      lease.release();
    };
    await Promise.all(Array.from({ length: 100 }, count));
    expect(store.view().get("count")).toBe(100);
  });
});

async function locked(store: StateStore, key: string): Promise<Lease> {
  const answer = store.acquire({ owner: {}, reads: [], writes: [key] });
  return "lease" in answer ? answer.lease : answer;
}

function storeOf(size: number): StateStore {
  return memoryStateStore(Object.fromEntries(Array.from({ length: size }, (_, index) => [`key${index}`, index])));
}

/** How often maps are asked for something, and the largest map that is walked through, during one run's traffic. */
function mapTrafficOf(store: StateStore): unknown {
  const counted = (["get", "set", "has", "delete"] as const).map((name) => vi.spyOn(Map.prototype, name));
  const walks = ([Symbol.iterator, "entries", "keys", "values", "forEach"] as const).map((name) =>
    vi.spyOn(Map.prototype, name),
  );
  const lease = store.acquire({ owner: {}, reads: ["key1"], writes: ["key2", "key3", "new"] }) as Lease;
  const earlier = store.view();
  const version = store.commit({ entries: entriesOf({ key2: 1, key3: 2, new: 3 }) });
  lease.release();
  const seen = [earlier.get("key2"), earlier.get("new"), store.view().get("new")];
  const calls = counted.map((spy) => spy.mock.calls.length);
  const walked = walks.flatMap((spy) => spy.mock.contexts.map((map) => (map as Map<unknown, unknown>).size));
  vi.restoreAllMocks();
  return { version, seen, calls, largestWalk: Math.max(...walked) };
}

function thrownBy(body: () => unknown): Error {
  try {
    body();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}

function cyclic(): unknown {
  const value: Record<string, unknown> = {};
  value["self"] = value;
  return value;
}

function nested(depth: number): JsonValue {
  return depth === 0 ? 1 : [nested(depth - 1)];
}
