import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRuntime } from "@car/engine";
import { StoreCorruptError, StoreWriteError, ConfigInvalidError } from "@car/ir";
import type { StateStore } from "@car/ir/ports";
import Database from "libsql";
import { afterAll, describe, expect, it } from "vitest";
import { sqliteStateStore } from "./sqlite-state-store.js";

const folder = mkdtempSync(join(tmpdir(), "car-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const newPath = (): string => join(folder, `state-${++count}.db`);

function put(store: StateStore, key: string, value: number): Promise<number> {
  return Promise.resolve(store.commit({ entries: new Map([[key, { value, origin: "host", version: 0 }]]) }));
}

function rows(path: string, sql: string): unknown[] {
  const database = new Database(path);
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

function change(path: string, sql: string): void {
  const database = new Database(path);
  database.exec(sql);
  database.close();
}

describe("sqliteStateStore", () => {
  it("[SS-1] has a row for each key that a run wrote, and a runtime goes on from it", async () => {
    const path = newPath();
    const state = sqliteStateStore({ path });
    const runtime = createRuntime({ state });
    const write = { id: "w", type: "state_write", parameters: { key: "seen", value: { times: 1 } } };
    expect((await runtime.execute({ actions: [write] })).status).toBe("committed");
    await runtime.close();
    await state.close();
    expect(rows(path, "SELECT key, value, origin, version FROM state")).toEqual([
      { key: "seen", value: '{"times":1}', origin: "model", version: 1 },
    ]);
    const again = sqliteStateStore({ path });
    const read = { id: "r", type: "state_read", parameters: { key: "seen" } };
    const { results } = await createRuntime({ state: again }).execute({ actions: [read] });
    expect(results[0]?.output).toEqual({ times: 1 });
    await again.close();
  });

  it("[SS-2] lets commits of one turn share a transaction, in their order", async () => {
    const path = newPath();
    const store = sqliteStateStore({ path });
    const versions = await Promise.all([put(store, "a", 1), put(store, "b", 2), put(store, "a", 3)]);
    expect(versions).toEqual([1, 2, 3]);
    expect(rows(path, "SELECT key, value, version FROM state ORDER BY key")).toEqual([
      { key: "a", value: "3", version: 3 },
      { key: "b", value: "2", version: 2 },
    ]);
    await store.close();
  });

  it("[SS-3] refuses to write over what another store wrote", async () => {
    const path = newPath();
    const first = sqliteStateStore({ path });
    const second = sqliteStateStore({ path });
    await put(second, "a", 2);
    await expect(put(first, "a", 1)).rejects.toThrow(StoreWriteError);
    await expect(put(first, "a", 1)).rejects.toThrow(/somebody else has written it/);
    expect(first.view().get("a")).toBeUndefined();
    expect(rows(path, "SELECT value FROM state")).toEqual([{ value: "2" }]);
    await first.close();
    await second.close();
  });

  it("[SS-4] a commit that the file refuses changes nothing, and the next one may succeed", async () => {
    const path = newPath();
    const store = sqliteStateStore({ path });
    await put(store, "a", 1);
    const other = new Database(path);
    other.exec(
      "CREATE TRIGGER no BEFORE INSERT ON state WHEN NEW.key = 'b' BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    );
    await expect(put(store, "b", 2)).rejects.toMatchObject({ code: "CAR_STORE_WRITE_FAILED" });
    expect(store.view().version).toBe(1);
    other.exec("DROP TRIGGER no");
    other.close();
    expect(await put(store, "b", 2)).toBe(2);
    await store.close();
  });

  it("[SS-4] a run whose commit is refused is rolled back and says so", async () => {
    const path = newPath();
    const state = sqliteStateStore({ path });
    const other = sqliteStateStore({ path });
    await put(other, "x", 1);
    const runtime = createRuntime({ state });
    const write = { id: "w", type: "state_write", parameters: { key: "seen", value: 1 } };
    const result = await runtime.execute({ actions: [write] });
    expect(result.status).not.toBe("committed");
    expect(state.view().get("seen")).toBeUndefined();
    await runtime.close();
    await state.close();
    await other.close();
  });

  it("[SS-4] refuses a file that is no database, or a folder", () => {
    const path = newPath();
    writeFileSync(path, "no database at all, but a text that is long enough to be looked at as one".repeat(20));
    expect(() => sqliteStateStore({ path })).toThrow(StoreWriteError);
    const dir = newPath();
    mkdirSync(dir);
    expect(() => sqliteStateStore({ path: dir })).toThrow(StoreWriteError);
  });

  it.each([
    ["value = '{'", "value: it is no JSON"],
    ["value = '[1e999]'", "value: [0]: a number is not finite"],
    ['value = \'{"a":"\\ud800"}\'', "value: a: a lone surrogate"],
    [`value = '${"[".repeat(1_001)}${"]".repeat(1_001)}'`, "nested deeper than 1000 levels"],
    ["value = CAST(x'22ff22' AS TEXT)", "value: it is no UTF-8"],
    ["origin = 'nobody'", "origin: "],
    ["version = -1", "version: "],
    ["labels = 'x'", "labels: it is no JSON"],
    ["labels = '[1]'", "labels: "],
    ["trusted_value = '1'", "trusted.origin: "],
    ["trusted_origin = 'host'", "trusted.value: "],
    ["trusted_origin = 'model', trusted_value = '1'", "trusted.origin: "],
    ["key = '\"'", "key: it is not as it was written"],
  ])(
    "[SS-5] names file, key and what is wrong with a row that is not as it was written: SET %.40s",
    async (set, problem) => {
      const path = newPath();
      const store = sqliteStateStore({ path });
      await put(store, "broken", 1);
      await store.close();
      change(path, `UPDATE state SET ${set}`);
      expect(() => sqliteStateStore({ path })).toThrow(StoreCorruptError);
      expect(() => sqliteStateStore({ path })).toThrow(problem);
      const place = `${path}, state key \`${set.startsWith("key") ? '"' : "broken"}\`: `;
      expect(() => sqliteStateStore({ path })).toThrow(place);
    },
  );

  it("[SS-5] a count of commits that is none is refused", async () => {
    const path = newPath();
    await sqliteStateStore({ path }).close();
    change(path, "UPDATE state_version SET version = -1");
    expect(() => sqliteStateStore({ path })).toThrow(StoreCorruptError);
  });

  it("[SS-5] a value that holds U+FFFD, and keys of any characters, come back", async () => {
    const path = newPath();
    const store = sqliteStateStore({ path });
    const keys = ["\ufffd", "\ud800", 'quo"te', "nul\u0000"];
    const entry = { value: "\ufffd", origin: "host", version: 0 } as const;
    await store.commit({ entries: new Map(keys.map((key) => [key, entry])) });
    await store.close();
    const again = sqliteStateStore({ path });
    expect(keys.map((key) => again.view().get(key))).toEqual(keys.map(() => "\ufffd"));
    await again.close();
  });

  it("[SS-6] close writes what is still waiting", async () => {
    const path = newPath();
    const store = sqliteStateStore({ path });
    const late = put(store, "late", 1);
    await store.close();
    expect(await late).toBe(1);
    expect(rows(path, "SELECT key FROM state")).toEqual([{ key: "late" }]);
  });
});

describe("an option that nobody reads", () => {
  it("[SS-7] is refused, and no file is made", () => {
    const path = newPath();
    expect(() => sqliteStateStore({ path, paths: [] } as never)).toThrow(
      new ConfigInvalidError("`sqliteStateStore` has no option `paths`; did you mean `path`?"),
    );
    expect(existsSync(path)).toBe(false);
  });
});
