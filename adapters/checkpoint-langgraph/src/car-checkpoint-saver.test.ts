import { memoryStateStore } from "@car/state";
import { ConfigInvalidError } from "@car/ir";
import { ERROR } from "@langchain/langgraph-checkpoint";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { carCheckpointSaver } from "./car-checkpoint-saver.js";
import { checkpoint, configAt, countingStore, idsOf, keysOf, listed, METADATA, putAll } from "./testing/savers.js";

const openSaver = (options = {}) => {
  const store = memoryStateStore();
  return { store, saver: carCheckpointSaver({ store, ...options }) };
};

describe("what is stored", () => {
  it("[CL-2] every key starts with the prefix, every value is JSON that the host stands for", async () => {
    const { store, saver } = openSaver({ prefix: "lg:" });
    const config = await saver.put(configAt("t"), checkpoint("1", { a: new Map([[1, 2n]]) }, { a: 1 }), METADATA, {
      a: 1,
    });
    await saver.putWrites(config, [["a", new Set([1])]], "task");

    const view = store.view();
    expect(view.keys()).toEqual(["lg:t", "lg:t/", "lg:t//1", "lg:t//1/task"]);
    for (const key of view.keys()) {
      expect(view.entry(key)?.origin).toBe("host");
      expect(JSON.parse(JSON.stringify(view.get(key)))).toEqual(view.get(key));
    }
  });

  it("[CL-2] savers with different prefixes see nothing of each other, and other keys stay untouched", async () => {
    const store = memoryStateStore({ own: 1 });
    const [left, right] = ["l/", "r/"].map((prefix) => carCheckpointSaver({ store, prefix }));
    await putAll(left!, "t", ["1"]);
    expect(await right!.getTuple(configAt("t"))).toBeUndefined();
    expect(await listed(right!, {})).toEqual([]);
    await left!.deleteThread("t");
    expect(keysOf(store)).toEqual(["own"]);
  });

  it("[CL-3] work does not grow with other threads, other namespaces, or the thread's own length", async () => {
    const store = countingStore(memoryStateStore());
    const saver = carCheckpointSaver({ store });
    const costOf = async (thread: string, id: string): Promise<number> => {
      const before = store.touched();
      const config = await saver.put(configAt(thread, "0100"), checkpoint(id), METADATA, {});
      await saver.putWrites(config, [["a", 1]], "task");
      await saver.getTuple(config);
      await saver.getTuple(configAt(thread));
      return store.touched() - before;
    };
    await putAll(saver, "t", ["0100"]);
    const small = await costOf("t", "0101");

    for (let index = 0; index < 300; index++) await putAll(saver, `other-${index}`, ["1", "2"]);
    const ids = Array.from({ length: 300 }, (_, index) => String(1000 + index));
    await putAll(saver, "t", ids);
    expect(await costOf("t", "9999")).toBe(small);
  });
});

describe("channel values", () => {
  it("[CL-4] a value that did not change is stored once", async () => {
    const { store, saver } = openSaver();
    const big = "x".repeat(10_000);
    let config = await saver.put(configAt("t"), checkpoint("0", { big, n: 0 }, { big: 1, n: 1 }), METADATA, {
      big: 1,
      n: 1,
    });
    for (let step = 1; step < 20; step++) {
      const next = checkpoint(String(step).padStart(2, "0"), { big, n: step }, { big: 1, n: step + 1 });
      config = await saver.put(config, next, METADATA, { n: step + 1 });
    }
    expect((await saver.getTuple(config))?.checkpoint.channel_values).toEqual({ big, n: 19 });
    const stored = keysOf(store).map((key) => JSON.stringify(store.view().get(key)).length);
    expect(stored.filter((length) => length > 10_000)).toHaveLength(1);
  });

  it("[CL-4] two branches may have different values at one version", async () => {
    const { saver } = openSaver();
    const root = await saver.put(configAt("t"), checkpoint("0", { a: 0 }, { a: 1 }), METADATA, { a: 1 });
    const branches = await Promise.all(
      ["1", "2"].map((id) => saver.put(root, checkpoint(id, { a: id }, { a: 2 }), METADATA, { a: 2 })),
    );
    const ends = await Promise.all(
      branches.map((branch, index) => {
        const values = { a: String(index + 1), b: 1 };
        return saver.put(branch, checkpoint(`${index + 3}`, values, { a: 2, b: 1 }), METADATA, { b: 1 });
      }),
    );
    const tuples = await Promise.all(ends.map((end) => saver.getTuple(end)));
    expect(tuples.map((tuple) => tuple?.checkpoint.channel_values["a"])).toEqual(["1", "2"]);
  });

  it("[CL-5] a copy beside its original keeps all values, with a parent and without", async () => {
    const { saver } = openSaver();
    const root = await saver.put(configAt("t"), checkpoint("0", { a: 0 }, { a: 1 }), METADATA, { a: 1 });
    await saver.put(root, checkpoint("1", { a: 1 }, { a: 2 }), METADATA, { a: 2 });
    const besideChild = await saver.put(root, checkpoint("2", { a: 1 }, { a: 2 }), METADATA, {});
    const besideRoot = await saver.put(configAt("t"), checkpoint("3", { a: 0 }, { a: 1 }), METADATA, {});
    expect((await saver.getTuple(besideChild))?.checkpoint.channel_values).toEqual({ a: 1 });
    expect((await saver.getTuple(besideRoot))?.checkpoint.channel_values).toEqual({ a: 0 });
  });

  it("[CL-5] putting a checkpoint again takes nothing from those that point to it", async () => {
    const { saver } = openSaver();
    const root = await saver.put(configAt("t"), checkpoint("0", { a: 0 }, { a: 1 }), METADATA, { a: 1 });
    const child = await saver.put(root, checkpoint("1", { a: 0 }, { a: 1 }), METADATA, {});
    await saver.put(configAt("t"), checkpoint("0", { a: 9 }, { a: 2 }), METADATA, { a: 2 });
    expect((await saver.getTuple(child))?.checkpoint.channel_values).toEqual({ a: 0 });
    expect((await saver.getTuple(root))?.checkpoint.channel_values).toEqual({ a: 9 });
  });

  it("[CL-5] without `newVersions` every value is stored; channel names may be anything", async () => {
    const { saver } = openSaver();
    const values = Object.fromEntries([
      ["__proto__", 1],
      ["a/*", 2],
    ]);
    const put = saver.put.bind(saver) as (...args: readonly unknown[]) => Promise<ReturnType<typeof configAt>>;
    const config = await put(configAt("t"), checkpoint("0", values), METADATA);
    const stored = (await saver.getTuple(config))?.checkpoint.channel_values ?? {};
    expect(Object.entries(stored)).toEqual([
      ["__proto__", 1],
      ["a/*", 2],
    ]);
  });
});

describe("pending writes", () => {
  it("[CL-6] come in the order in which LangGraph applies them", async () => {
    const { saver } = openSaver();
    const config = configAt("t", "1");
    await putAll(saver, "t", ["1"]);
    await saver.putWrites(config, [["b", 1]], "z", "path-1");
    await saver.putWrites(config, [["c", 2]], "a", "path-2");
    await saver.putWrites(
      config,
      [
        ["a", 3],
        ["d", 4],
      ],
      "m",
    );
    const writes = (await saver.getTuple(config))?.pendingWrites;
    expect(writes).toEqual([
      ["m", "a", 3],
      ["m", "d", 4],
      ["z", "b", 1],
      ["a", "c", 2],
    ]);
  });

  it("[CL-6] the first write at an index stays; LangGraph's own channels are replaced", async () => {
    const { saver } = openSaver();
    const config = configAt("t", "1");
    await putAll(saver, "t", ["1"]);
    await saver.putWrites(
      config,
      [
        ["a", "first"],
        [ERROR, "first"],
      ],
      "task",
    );
    await saver.putWrites(
      config,
      [
        ["a", "second"],
        [ERROR, "second"],
      ],
      "task",
    );
    const writes = (await saver.getTuple(config))?.pendingWrites;
    expect(writes).toEqual([
      ["task", ERROR, "second"],
      ["task", "a", "first"],
    ]);
  });

  it("[CL-6] may come before their checkpoint, which is not there until it is put", async () => {
    const { store, saver } = openSaver();
    await saver.putWrites(configAt("t", "1"), [["a", 1]], "task");
    expect(await saver.getTuple(configAt("t", "1"))).toBeUndefined();
    expect(await saver.getTuple(configAt("t"))).toBeUndefined();
    expect(await listed(saver, {})).toEqual([]);
    await putAll(saver, "t", ["1"]);
    expect((await saver.getTuple(configAt("t")))?.pendingWrites).toEqual([["task", "a", 1]]);
    await saver.deleteThread("t");
    expect(keysOf(store)).toEqual([]);
  });
});

describe("lists", () => {
  it("[CL-7] are newest first over all namespaces and threads, however they were put", async () => {
    const { saver } = openSaver();
    await putAll(saver, "t", ["3", "1"]);
    await saver.put(configAt("t", undefined, "sub"), checkpoint("2"), METADATA, {});
    await putAll(saver, "u", ["4"]);
    expect(idsOf(await listed(saver, {}))).toEqual(["4", "3", "2", "1"]);
    expect(idsOf(await listed(saver, { configurable: { thread_id: "t" } }))).toEqual(["3", "2", "1"]);
    expect(idsOf(await listed(saver, configAt("t", "1")))).toEqual(["1"]);
    expect(idsOf(await listed(saver, {}, { limit: 0 }))).toEqual([]);
    expect(idsOf(await listed(saver, {}, { limit: 1, before: configAt("t", "3") }))).toEqual(["2"]);
    expect((await saver.getTuple(configAt("t")))?.checkpoint.id).toBe("3");
  });

  it("[CL-7] a filter compares whole values of the metadata", async () => {
    const { saver } = openSaver();
    const metadata = { ...METADATA, parents: { "": "0" } };
    await saver.put(configAt("t"), checkpoint("1"), metadata, {});
    await putAll(saver, "t", ["2"]);
    expect(idsOf(await listed(saver, {}, { filter: { parents: { "": "0" } } }))).toEqual(["1"]);
    expect(idsOf(await listed(saver, {}, { filter: { step: 1, toString: undefined } }))).toEqual(["2", "1"]);
    expect(idsOf(await listed(saver, {}, { filter: { step: 2 } }))).toEqual([]);
  });

  it("[CL-7] show one moment, whatever is put or deleted while they are read", async () => {
    const { saver } = openSaver();
    await putAll(saver, "t", ["1", "2"]);
    const ids: string[] = [];
    for await (const {
      checkpoint: { id },
    } of saver.list({})) {
      ids.push(id);
      await putAll(saver, "u", ["9"]);
      await saver.deleteThread("t");
    }
    expect(ids).toEqual(["2", "1"]);
  });
});

describe("threads", () => {
  it("[CL-8] deleting one removes all its keys and no others", async () => {
    const { store, saver } = openSaver();
    await putAll(saver, "keep", ["1"]);
    const kept = keysOf(store);
    await putAll(saver, "keep/it", ["1", "2"]);
    await saver.put(configAt("keep/it", undefined, "sub:1"), checkpoint("3"), METADATA, {});
    await saver.putWrites(configAt("keep/it", "3", "sub:1"), [["a", 1]], "task");
    await saver.deleteThread("keep/it");
    expect(keysOf(store)).toEqual(kept);
    await saver.deleteThread("unknown");
  });

  it("[CL-8] any names keep threads and namespaces apart", async () => {
    const part = fc.string({ unit: fc.constantFrom("a", "/", "*", "%", "2", "f", "é", "_"), maxLength: 4 });
    const place = fc.record({ thread: part.filter((text) => text !== ""), namespace: part });
    const law = fc.asyncProperty(fc.array(place, { maxLength: 8 }), async (places) => {
      const { saver } = openSaver();
      const expected = new Map<string, number>();
      for (const [index, { thread, namespace }] of places.entries()) {
        await saver.put(
          configAt(thread, undefined, namespace),
          checkpoint(`id-${index}`),
          { ...METADATA, step: index },
          {},
        );
        expected.set(JSON.stringify([thread, namespace]), index);
      }
      for (const [key, step] of expected) {
        const [thread, namespace] = JSON.parse(key) as [string, string];
        expect((await saver.getTuple(configAt(thread, undefined, namespace)))?.metadata?.step).toBe(step);
      }
      expect(
        (await listed(saver, {})).map(({ config }) => config.configurable?.["thread_id"] as string).sort(),
      ).toEqual(places.map(({ thread }) => thread).sort());
    });
    await fc.assert(law, { numRuns: 100 });
  });
});

describe("others who write", () => {
  it("[CL-9] nothing is lost when savers write one thread at the same time", async () => {
    const store = memoryStateStore();
    const savers = Array.from({ length: 4 }, () => carCheckpointSaver({ store }));
    const numbers = Array.from({ length: 100 }, (_, index) => index);
    await Promise.all(
      numbers.flatMap((index) => {
        const saver = savers[index % savers.length]!;
        const id = String(index).padStart(3, "0");
        const put = saver.put(configAt("t", undefined, `ns-${index % 3}`), checkpoint(id), METADATA, {});
        return [put, saver.putWrites(configAt("t", "000", "ns-0"), [["a", index]], `task-${id}`)];
      }),
    );
    const tuples = await listed(savers[0]!, { configurable: { thread_id: "t" } });
    expect(tuples).toHaveLength(100);
    expect((await savers[1]!.getTuple(configAt("t", "000", "ns-0")))?.pendingWrites).toHaveLength(100);
  });

  it("[CL-9] a thread that somebody else has locked is given up after the bound", async () => {
    const { store, saver } = openSaver({ lockTimeoutMs: 20 });
    const lease = store.acquire({ owner: {}, reads: [], writes: ["langgraph/t"] });
    await expect(putAll(saver, "t", ["1"])).rejects.toMatchObject({ code: "CAR_LOCK_TIMEOUT" });
    await putAll(saver, "u", ["1"]);
    if (!("lease" in lease)) lease.release();
    await putAll(saver, "t", ["1"]);
    expect(idsOf(await listed(saver, {}))).toEqual(["1", "1"]);
  });

  it("[CL-9] what fails in the middle changes nothing and gives the lock back", async () => {
    const serde = {
      dumpsTyped: () => Promise.reject(new Error("no bytes for this")),
      loadsTyped: () => Promise.resolve(null),
    };
    const { store, saver } = openSaver({ serde });
    await expect(putAll(saver, "t", ["1"])).rejects.toThrow("no bytes for this");
    expect(keysOf(store)).toEqual([]);
    await putAll(carCheckpointSaver({ store, lockTimeoutMs: 20 }), "t", ["1"]);
    expect(keysOf(store)).toHaveLength(3);
  });

  it("[CL-10] a closed store is `CAR_STORE_CLOSED`", async () => {
    const { store, saver } = openSaver();
    await store.close();
    await expect(putAll(saver, "t", ["1"])).rejects.toMatchObject({ code: "CAR_STORE_CLOSED" });
    await expect(saver.getTuple(configAt("t"))).rejects.toMatchObject({ code: "CAR_STORE_CLOSED" });
    await expect(listed(saver, {})).rejects.toMatchObject({ code: "CAR_STORE_CLOSED" });
  });

  it("[CL-10] a config that names no thread, or none by a string, is a `TypeError`", async () => {
    const { saver } = openSaver();
    const metadata = METADATA;
    await expect(saver.put({}, checkpoint("1"), metadata, {})).rejects.toThrow(TypeError);
    await expect(saver.put(configAt(""), checkpoint("1"), metadata, {})).rejects.toThrow("`thread_id` is empty");
    await expect(saver.put({ configurable: { thread_id: 7 } }, checkpoint("1"), metadata, {})).rejects.toThrow(
      "`thread_id` is number, it must be a string",
    );
    await expect(saver.putWrites(configAt("t"), [["a", 1]], "task")).rejects.toThrow("no `configurable.checkpoint_id`");
    expect(await saver.getTuple({})).toBeUndefined();
  });
});

describe("an option that nobody reads", () => {
  it("[CL-11] is refused", () => {
    expect(() => openSaver({ prefixes: "lg:" })).toThrow(
      new ConfigInvalidError("`carCheckpointSaver` has no option `prefixes`; did you mean `prefix`?"),
    );
  });
});
