import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigInvalidError, type JsonObject } from "@car/ir";
import Database from "libsql";
import { afterAll, describe, expect, it } from "vitest";
import { kitOf, kitOn, raw } from "./test-support.js";
import { undoSql, type UndoSqlOptions } from "./undo-sql.js";

const folder = mkdtempSync(join(tmpdir(), "car-undo-sql-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SCHEMA = `
  CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE);
  CREATE TABLE orders (id INTEGER PRIMARY KEY, user REFERENCES users ON DELETE CASCADE);
  CREATE TABLE log (what);
  CREATE TABLE free (a, b, PRIMARY KEY (b, a)) WITHOUT ROWID;
  CREATE TRIGGER gone AFTER DELETE ON orders BEGIN INSERT INTO log VALUES (OLD.id); END;
  INSERT INTO users (name) VALUES ('ada'), ('bob');
  INSERT INTO orders VALUES (5, 1), (4, 2);
  INSERT INTO free VALUES ('z', 1), ('y', 1), ('x', 0);
`;

describe("sql_image", () => {
  it("[US-11] gives the rows of a table by key, with all that can be written", () => {
    const { call } = kitOf(SCHEMA);
    expect(call("sql_image", { table: "ORDERS", where: "user < ?", params: [9] })).toEqual({
      tables: [
        {
          table: "orders",
          where: "user < ?",
          params: [9],
          columns: ["id", "user"],
          rows: [
            [4, 2],
            [5, 1],
          ],
          sequence: null,
        },
      ],
    });
    const free = [
      ["x", 0],
      ["y", 1],
      ["z", 1],
    ];
    expect(call("sql_image", { table: "free" })).toMatchObject({ tables: [{ columns: ["a", "b"], rows: free }] });
    expect(call("sql_image", { table: "log" })).toMatchObject({ tables: [{ columns: ["rowid", "what"], rows: [] }] });
  });

  it.each([0, 1])(
    "[US-11] finds the tables that a statement may write, with foreign keys at %i, and does not run it",
    (on) => {
      const { call, database } = kitOf(`${SCHEMA} PRAGMA foreign_keys = ${on}`);
      const image = call("sql_image", { sql: "DELETE FROM users WHERE id = :id; -- yes" }) as {
        tables: { table: string; sequence: number }[];
      };
      expect(image.tables.map(({ table }) => table)).toEqual(["log", "orders", "users"]);
      expect(image.tables.map(({ sequence }) => sequence)).toEqual([null, null, 2]);
      expect(raw(database, "SELECT count(*) FROM users")).toEqual([[2]]);
      expect(raw(database, "PRAGMA foreign_keys")).toEqual([[on]]);
    },
  );

  it.each([
    [{ sql: "DROP TABLE users" }, "only INSERT, UPDATE and DELETE"],
    [{ sql: "DELETE FROM log; DELETE FROM users" }, "only one SQL statement"],
    [{ sql: "DELETE FROM missing" }, "no such table: missing"],
    [{}, "either of `sql` or of `table`"],
    [{ where: "true" }, "either of `sql` or of `table`"],
    [{ sql: "DELETE FROM log", table: "log" }, "either of `sql` or of `table`"],
    [{ sql: "DELETE FROM log", params: [] }, "either of `sql` or of `table`"],
    [{ table: "missing" }, "there is no table `missing`"],
    [{ table: "users", where: "1) --" }, "not balanced"],
    [{ table: "users", where: "missing = 1" }, "no such column: missing"],
    [{ table: "sqlite_sequence" }, "is not for tools to change"],
  ])("[US-11] refuses what it cannot read: %j", (parameters, message) => {
    const { call, database } = kitOf(SCHEMA);
    expect(() => call("sql_image", parameters)).toThrow(message);
    expect(database.inTransaction).toBe(false);
  });

  it("[US-11] refuses a table of 100,000 rows, and takes a part of it", () => {
    const { call } = kitOf(
      "CREATE TABLE big (v); WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000) INSERT INTO big SELECT i FROM n",
    );
    expect(() => call("sql_image", { sql: "UPDATE big SET v = 0" })).toThrow(
      "`big` has more rows than the 10000 that an image holds; name fewer in `where`",
    );
    expect(call("sql_image", { table: "big", where: "v <= 2" })).toMatchObject({
      tables: [
        {
          rows: [
            [1, 1],
            [2, 2],
          ],
        },
      ],
    });
    const small = kitOf("CREATE TABLE t (v); INSERT INTO t VALUES (zeroblob(1000))", { maxLength: 500 });
    expect(() => small.call("sql_image", { table: "t" })).toThrow("more than 500");
  });
});

describe("sql_restore", () => {
  const everything = (dump: (table: string) => string[]): string[][] => ["users", "orders", "log", "free"].map(dump);

  it("[US-12] brings back what is gone or different, and takes what is new", () => {
    const { call, database, dump } = kitOf(SCHEMA);
    const before = everything(dump);
    const image = call("sql_image", { sql: "DELETE FROM users" });
    const free = call("sql_image", { table: "free" });
    database.exec(
      "DELETE FROM users WHERE id = 1; INSERT INTO users (name) VALUES ('ada'); UPDATE users SET name = 'x' WHERE id = 2",
    );
    database.exec("UPDATE free SET a = a || '!'; INSERT INTO free VALUES (0, 0)");
    expect(call("sql_restore", { image })).toEqual({ restored: 5 });
    expect(call("sql_restore", { image: free })).toEqual({ restored: 7 });
    expect(everything(dump)).toEqual(before);
    expect(raw(database, "SELECT seq FROM sqlite_sequence")).toEqual([[2]]);
    expect(call("sql_restore", { image })).toEqual({ restored: 0 });
    expect(call("sql_image", { table: "free" })).toEqual(free);
  });

  it("[US-12] leaves alone what is outside of the image", () => {
    const { call, database, dump } = kitOf(SCHEMA);
    const image = call("sql_image", { table: "users", where: "name = ?", params: ["ada"] });
    database.exec("UPDATE users SET name = 'eve' WHERE id = 1; INSERT INTO users (name) VALUES ('fay'), ('ada')");
    call("sql_restore", { image });
    expect(raw(database, "SELECT id, name FROM users ORDER BY id")).toEqual([
      [1, "ada"],
      [2, "bob"],
      [3, "fay"],
    ]);
    expect(dump("orders")).toHaveLength(2);
  });

  it("[US-12] does not restore a part when something stands in its way", () => {
    const { call, database, dump } = kitOf(SCHEMA);
    const image = call("sql_image", { table: "users" });
    database.exec("ALTER TABLE users ADD age");
    const before = everything(dump);
    expect(() => call("sql_restore", { image })).toThrow("conflict: the columns of `users` are no longer `id`, `name`");
    expect(everything(dump)).toEqual(before);
    const ragged = { tables: [{ table: "log", columns: ["rowid", "what"], rows: [[1]], sequence: null }] };
    expect(() => call("sql_restore", { image: ragged })).toThrow(
      "a row of `log` in the image has not as many values as columns",
    );
  });
});

describe("wrap", () => {
  const tool = {
    schema: { name: "write_query", parameters: { type: "object", properties: { query: { type: "string" } } } },
    execute: () => null,
  };

  it("[US-13] adds what undoes the tool to its schema, and leaves the rest", () => {
    const { kit } = kitOf(SCHEMA, { prefix: "shop" });
    expect(kit.wrap(tool, { sql: "$parameters.query" })).toEqual({
      execute: tool.execute,
      schema: {
        ...tool.schema,
        reversibility: "compensable",
        before: { tool: "shop_image", parameters: { sql: "$parameters.query" }, verify: true },
        compensation: { tool: "shop_restore", parameters: { image: "$before" } },
      },
    });
    expect(kit.tools.map(({ schema }) => schema.name)).toContain("shop_image");
  });

  it.each([
    [{ sql: "$parameters.sql" }, "`write_query` has no parameter `sql` to take an image of"],
    [{ table: "t", where: "a = ?", params: ["$parameters.a.b"] }, "has no parameter `a`"],
    [{ sql: "$parameters.query", rows: 1 }, "an image of `write_query` has no `rows`"],
    [{ sql: "x", table: "t" }, "either of `sql` or of `table`"],
    [{}, "either of `sql` or of `table`"],
  ] as [JsonObject, string][])("[US-13] refuses an image that cannot be taken: %j", (image, message) => {
    const { kit } = kitOf(SCHEMA);
    expect(() => kit.wrap(tool, image)).toThrow(message);
    expect(() => kit.wrap(tool, image)).toThrow(ConfigInvalidError);
  });
});

describe("undoSql", () => {
  it.each([
    [{ databse: 1 }, "`undoSql` has no option `databse`; did you mean `database`?"],
    [{ database: join(folder, "none.db") }, "none.db` does not exist"],
    [{ maxRows: 0 }, "`maxRows` is a whole number from 1"],
    [{ maxLength: 1.5 }, "`maxLength` is a whole number from 1"],
    [{ prefix: "" }, "`prefix` is a name of letters, digits and `_`"],
    [{ database: 7 }, "`database` is a path or a connection of libsql"],
    [{ database: undefined }, "`database` is a path or a connection of libsql"],
  ])("[US-14] refuses %j", (options, message) => {
    const open = (): unknown => undoSql({ database: new Database(":memory:"), ...options } as UndoSqlOptions);
    expect(open).toThrow(ConfigInvalidError);
    expect(open).toThrow(message);
    expect(existsSync(join(folder, "none.db"))).toBe(false);
  });

  it("[US-14] refuses a file that is no database, a folder, and UTF-16", () => {
    const path = join(folder, "text.db");
    writeFileSync(path, "no database at all, but a text that is long enough to be looked at as one".repeat(20));
    const wide = join(folder, "wide.db");
    const database = new Database(wide);
    database.exec("PRAGMA encoding = 'UTF-16'; CREATE TABLE t (v)");
    database.close();
    for (const each of [path, folder, wide]) expect(() => undoSql({ database: each })).toThrow(ConfigInvalidError);
  });

  it("opens a path with foreign keys on, and closes what it opened, not what it was given", () => {
    const path = join(folder, "real.db");
    const database = new Database(path);
    database.exec(SCHEMA);
    const kit = undoSql({ database: path });
    const { call, dump } = kitOn(database, kit);
    expect(call("sql_delete", { table: "users", where: "id = 1" })).toMatchObject({
      tables: { users: 1, orders: 1, log: 1 },
    });
    kit.close();
    expect(() => call("sql_query", { sql: "SELECT 1" })).toThrow("the database is closed");
    const shared = undoSql({ database });
    shared.close();
    expect(dump("users")).toHaveLength(1);
  });
});
