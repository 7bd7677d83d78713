import type { ProbeContext, Tool } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { kitOf, raw, type TestKit } from "./test-support.js";

const USERS = "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, age)";

function probe({ kit }: TestKit, key: string, startedAt = 8.64e15): ReturnType<NonNullable<Tool["probe"]>> | undefined {
  const tool = kit.tools.find(({ schema }) => schema.name === "sql_insert");
  return tool?.probe?.({}, { idempotencyKey: key, startedAt } as ProbeContext);
}

describe("a call that changes rows", () => {
  it("[US-1] gives how many rows it changed, where, and what undoes it", () => {
    const { call } = kitOf(USERS);
    const rows = [{ name: "ada", age: 1 }, { NAME: "bob" }, {}];
    expect(call("sql_insert", { table: "USERS", rows }, "k1")).toEqual({
      changed: 3,
      tables: { users: 3 },
      rowids: [1, 2, 3],
      undo: "k1",
    });
    expect(call("sql_update", { table: "users", set: { age: 2 }, where: "id < ?", params: [3] }, "k2")).toEqual({
      changed: 2,
      tables: { users: 2 },
      undo: "k2",
    });
    expect(call("sql_execute", { sql: "DELETE FROM users WHERE 0" }, "k3")).toMatchObject({ changed: 0, tables: {} });
  });

  it("[US-1] notes key, output and inverse in the same transaction, and acts once for one key", () => {
    const { call, database, dump } = kitOf(USERS);
    const insert = (key: string) => call("sql_insert", { table: "users", rows: [{ name: "ada" }] }, key);
    const output = insert("k");
    expect(insert("k")).toEqual(output);
    expect(dump("users")).toHaveLength(1);
    expect(raw(database, "SELECT key, output FROM _car_undo")).toEqual([["k", JSON.stringify(output)]]);
    expect(() => insert("other")).toThrow("UNIQUE constraint failed: users.name");
    expect(raw(database, "SELECT key FROM _car_undo")).toEqual([["k"]]);
    call("sql_undo", { undo: "k" });
    expect(() => insert("k")).toThrow("made and undone");
  });

  it("[US-5] is known to its probe, with its output", () => {
    const world = kitOf(USERS);
    expect(probe(world, "k")).toEqual({ happened: false });
    const output = world.call("sql_insert", { table: "users", rows: [{ name: "ada" }] }, "k");
    expect(probe(world, "k")).toEqual({ happened: true, output });
    expect(probe(world, "other")).toEqual({ happened: false });
  });

  it("[US-5] [US-15] that was forgotten is not known any more, nor is any from before", () => {
    const world = kitOf(USERS);
    world.call("sql_insert", { table: "users", rows: [{ name: "ada" }] }, "k");
    expect(world.kit.prune({ olderThanMs: 60_000 })).toBe(0);
    expect(probe(world, "k")).toMatchObject({ happened: true });
    world.database.exec("UPDATE _car_undo SET made_at = made_at - 100000 WHERE key = 'k'");
    expect(world.kit.prune({ olderThanMs: 60_000 })).toBe(1);
    expect(probe(world, "k", Date.now() - 100_000)).toBeUndefined();
    expect(probe(world, "k", Date.now())).toEqual({ happened: false });
    expect(() => world.call("sql_undo", { undo: "k" })).toThrow(
      expect.objectContaining({ class: "not_found", message: expect.stringContaining("it was forgotten") as string }),
    );
    expect(() => world.kit.prune({ olderThanMs: NaN })).toThrow("`olderThanMs` is a number from 0");
  });
});

/** Each: a schema, a statement, and the tables that it changes beside its own. */
const HOSTILE: Readonly<Record<string, readonly [schema: string, sql: string]>> = {
  "a trigger that changes the row that was just inserted": [
    `CREATE TABLE t (id INTEGER PRIMARY KEY, v); CREATE TABLE u (w);
     CREATE TRIGGER a AFTER INSERT ON T BEGIN UPDATE t SET v = 9 WHERE id = NEW.id; INSERT INTO u VALUES (NEW.v); END`,
    "INSERT INTO t (v) VALUES (1)",
  ],
  "a trigger that changes the row before it is changed": [
    `CREATE TABLE t (id INTEGER PRIMARY KEY, v); CREATE TABLE u (w); INSERT INTO t VALUES (1, 1);
     CREATE TRIGGER a BEFORE UPDATE OF id ON T BEGIN UPDATE t SET v = 9 WHERE id = OLD.id; END`,
    "UPDATE t SET id = 2",
  ],
  "a trigger that moves the row after it was moved": [
    `CREATE TABLE t (id INTEGER PRIMARY KEY, v); CREATE TABLE u (w); INSERT INTO t VALUES (1, 1);
     CREATE TRIGGER a AFTER UPDATE OF v ON t BEGIN UPDATE t SET id = id + 10; INSERT INTO u VALUES (1); END`,
    "UPDATE t SET id = 2, v = 3",
  ],
  "a cascade along a key that refers to its own row": [
    `CREATE TABLE t (id INTEGER PRIMARY KEY, p REFERENCES t ON UPDATE CASCADE); CREATE TABLE u (w);
     INSERT INTO t VALUES (1, 1), (2, 1)`,
    "UPDATE t SET id = 7 WHERE id = 1",
  ],
  "cascades that delete and set null": [
    `CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2);
     CREATE TABLE u (t REFERENCES t ON DELETE CASCADE, v REFERENCES t ON DELETE SET NULL);
     INSERT INTO u VALUES (1, 2), (2, 1), (2, 2)`,
    "DELETE FROM t WHERE id = 1",
  ],
  "values that change places in a UNIQUE column": [
    "CREATE TABLE t (id INTEGER PRIMARY KEY, v UNIQUE); CREATE TABLE u (w); INSERT INTO t VALUES (1, 3), (2, 2), (3, 1)",
    "UPDATE t SET v = v + 1",
  ],
  "REPLACE that removes two rows": [
    "CREATE TABLE t (id INTEGER PRIMARY KEY, v UNIQUE); CREATE TABLE u (w); INSERT INTO t VALUES (1, 'a'), (2, 'b')",
    "INSERT OR REPLACE INTO t VALUES (1, 'b')",
  ],
  "REPLACE that the schema asks for": [
    "CREATE TABLE t (id INTEGER PRIMARY KEY, v UNIQUE ON CONFLICT REPLACE); CREATE TABLE u (w); INSERT INTO t VALUES (1, 'a'), (2, 'b')",
    "UPDATE t SET v = 'b' WHERE id = 1",
  ],
  "a primary key without rowid whose letters change size": [
    "CREATE TABLE t (k TEXT COLLATE NOCASE, n, PRIMARY KEY (n, k)) WITHOUT ROWID; CREATE TABLE u (w); INSERT INTO t VALUES ('a', 1), ('B', 1)",
    "UPDATE t SET k = CASE k WHEN 'a' THEN 'A' ELSE 'c' END",
  ],
  "equal rows of a table without a key, one of its columns called rowid": [
    "CREATE TABLE t (rowid, v); CREATE TABLE u (w); INSERT INTO t VALUES (1, x'00'), (1, x'00'), (1, CAST(x'ff00' AS TEXT))",
    "DELETE FROM t WHERE _rowid_ <> 2",
  ],
  "generated columns, and values that JSON does not have": [
    `CREATE TABLE t (a, b AS (a || 'x') STORED, c AS (a || 'y')); CREATE TABLE u (w);
     INSERT INTO t VALUES (9007199254740993), (9e999), (-0.0), (1.0), (char(65, 0)), (NULL), (x'')`,
    "UPDATE t SET a = 1",
  ],
  "all rows, which SQLite would do without looking at them": [
    "CREATE TABLE t (v); CREATE TABLE u (w); INSERT INTO t VALUES (1), (2)",
    "DELETE FROM t;",
  ],
  "a statement whose undoing would make triggers run": [
    `CREATE TABLE t (v); CREATE TABLE u (w); INSERT INTO t VALUES (1);
     CREATE TRIGGER a AFTER INSERT ON T BEGIN INSERT INTO u VALUES (NEW.v); END;
     CREATE TRIGGER b AFTER DELETE ON "T" BEGIN INSERT INTO u VALUES (OLD.v); END`,
    "UPDATE t SET v = 2",
  ],
  "a view with a trigger": [
    `CREATE TABLE t (v); CREATE TABLE u (w); CREATE VIEW x AS SELECT v FROM t;
     CREATE TRIGGER a INSTEAD OF INSERT ON x BEGIN INSERT INTO t VALUES (NEW.v); INSERT INTO u VALUES (NEW.v); END`,
    "INSERT INTO x VALUES (1)",
  ],
};

describe("sql_undo", () => {
  it.each(Object.entries(HOSTILE))("[US-2] brings back what was changed by %s", (_, [schema, sql]) => {
    const { call, dump, database } = kitOf(schema);
    const world = (): unknown => [
      dump("t"),
      dump("u"),
      raw(database, "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE '%_car_undo%' ORDER BY name"),
      schema.includes("WITHOUT") ? "" : raw(database, "SELECT _rowid_ FROM t"),
    ];
    const before = world();
    call("sql_execute", { sql }, "k");
    expect(world()).not.toEqual(before);
    expect(call("sql_undo", { undo: "k" })["restored"]).toBeGreaterThan(0);
    expect(world()).toEqual(before);
    expect(call("sql_undo", { undo: "k" })).toEqual({ restored: 0 });
    expect(world()).toEqual(before);
  });

  it("[US-2] leaves the switches of the connection as they were", () => {
    for (const position of [0, 1]) {
      const { call, database } = kitOf("CREATE TABLE t (v)");
      database.exec(`PRAGMA foreign_keys = ${position}; PRAGMA recursive_triggers = ${position}`);
      call("sql_insert", { table: "t", rows: [{ v: 1 }] }, "k");
      call("sql_undo", { undo: "k" });
      call("sql_image", { table: "t" });
      expect(() => call("sql_execute", { sql: "UPDATE t SET missing = 1" })).toThrow("no such column");
      expect(raw(database, "SELECT * FROM pragma_foreign_keys, pragma_recursive_triggers")).toEqual([
        [position, position],
      ]);
      expect(raw(database, "SELECT * FROM sqlite_temp_schema")).toEqual([]);
    }
  });

  it("[US-3] does not touch a row that somebody else has changed, nor any other of the call", () => {
    const { call, database, dump } = kitOf(USERS);
    call("sql_insert", { table: "users", rows: [{ name: "ada" }, { name: "bob" }] }, "k");
    database.exec("UPDATE users SET age = 5 WHERE name = 'bob'");
    const before = dump("users");
    expect(() => call("sql_undo", { undo: "k" })).toThrow(
      expect.objectContaining({
        class: "invalid",
        message: "conflict: somebody else has changed users(id=2) since; nothing was restored",
      }),
    );
    expect(dump("users")).toEqual(before);
    database.exec("UPDATE users SET age = NULL");
    expect(call("sql_undo", { undo: "k" })).toEqual({ restored: 2 });
  });

  it("[US-3] counts a row that is as it was before as done", () => {
    const { call, database, dump } = kitOf(USERS);
    call("sql_insert", { table: "users", rows: [{ name: "ada" }, { name: "bob" }] }, "k");
    database.exec("DELETE FROM users WHERE id = 1");
    expect(call("sql_undo", { undo: "k" })).toEqual({ restored: 1 });
    expect(dump("users")).toEqual([]);
  });

  it("[US-3] does not take a value from a row that has it now, whatever the schema says", () => {
    const { call, database, dump } = kitOf("CREATE TABLE t (id INTEGER PRIMARY KEY, v UNIQUE ON CONFLICT REPLACE)");
    database.exec("INSERT INTO t VALUES (1, 'a')");
    call("sql_delete", { table: "t", where: "true" }, "k");
    database.exec("INSERT INTO t VALUES (2, 'a')");
    const before = dump("t");
    expect(() => call("sql_undo", { undo: "k" })).toThrow(
      /conflict: t\(id=1\) cannot come back: .*UNIQUE constraint failed: t.v/,
    );
    expect(dump("t")).toEqual(before);
  });

  it("[US-3] does not take away what a row of somebody else refers to", () => {
    const { call, database, dump } = kitOf(
      `CREATE TABLE t (id INTEGER PRIMARY KEY); CREATE TABLE u (t REFERENCES t ON DELETE CASCADE);
       PRAGMA foreign_keys = OFF; INSERT INTO u VALUES (99); PRAGMA foreign_keys = ON`,
    );
    call("sql_insert", { table: "t", rows: [{ id: 1 }] }, "k");
    database.exec("INSERT INTO u VALUES (1)");
    expect(() => call("sql_undo", { undo: "k" })).toThrow(
      "conflict: rows refer to what would be taken away: u(rowid=2) to t; nothing was restored",
    );
    expect(dump("t")).toHaveLength(1);
    expect(dump("u")).toHaveLength(2);
    database.exec("DELETE FROM u WHERE t = 1");
    // What was broken before is nobody's fault.
    expect(call("sql_undo", { undo: "k" })).toEqual({ restored: 1 });
  });

  it("[US-3] says so when a table has other columns now, or is gone", () => {
    const { call, database } = kitOf("CREATE TABLE t (v); CREATE TABLE u (v)");
    call("sql_insert", { table: "t", rows: [{ v: 1 }] }, "t");
    call("sql_insert", { table: "u", rows: [{ v: 1 }] }, "u");
    database.exec("ALTER TABLE t RENAME v TO w; DROP TABLE u");
    expect(() => call("sql_undo", { undo: "t" })).toThrow("the columns of `t` are no longer `rowid`, `v`");
    expect(() => call("sql_undo", { undo: "u" })).toThrow("there is no table `u`");
  });

  it("[US-4] puts counters back, except where somebody else has drawn a number", () => {
    const { call, database } = kitOf(USERS);
    const counters = (): unknown[][] => raw(database, "SELECT name, seq FROM sqlite_sequence");
    call("sql_insert", { table: "users", rows: [{ name: "ada" }] }, "a");
    call("sql_insert", { table: "users", rows: [{ name: "bob" }] }, "b");
    call("sql_undo", { undo: "b" });
    expect(counters()).toEqual([["users", 1]]);
    call("sql_undo", { undo: "a" });
    expect(counters()).toEqual([]);
    call("sql_insert", { table: "users", rows: [{ name: "cy" }] }, "c");
    database.exec("INSERT INTO users (name) VALUES ('dot')");
    expect(call("sql_undo", { undo: "c" })).toEqual({ restored: 1, counters_kept: ["users"] });
    expect(counters()).toEqual([["users", 2]]);
  });

  it("[US-4] is not misled by a row beyond the counter that comes back", () => {
    const { call, database } = kitOf(USERS);
    database.exec("INSERT INTO users (name) VALUES ('ada'); UPDATE users SET id = 50");
    call("sql_delete", { table: "users", where: "true" }, "k");
    expect(call("sql_undo", { undo: "k" })).toEqual({ restored: 1 });
    expect(raw(database, "SELECT seq FROM sqlite_sequence")).toEqual([[1]]);
  });
});
