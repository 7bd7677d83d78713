import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "@car/ir";
import Database from "libsql";
import { afterAll, describe, expect, it } from "vitest";
import { kitOf, kitOn, raw } from "./test-support.js";
import { undoSql } from "./undo-sql.js";

const folder = mkdtempSync(join(tmpdir(), "car-undo-sql-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SCHEMA = `
  CREATE TABLE t (id INTEGER PRIMARY KEY, v INTEGER UNIQUE CHECK (v < 100));
  CREATE TABLE hides (rowid, _rowid_, oid);
  CREATE VIRTUAL TABLE texts USING fts5 (body);
  CREATE TABLE notes (body);
  CREATE TRIGGER indexed AFTER INSERT ON notes BEGIN INSERT INTO texts VALUES (NEW.body); END;
  CREATE VIEW seen AS SELECT id FROM t;
  CREATE TEMP TABLE own (v);
  ATTACH ':memory:' AS other;
  CREATE TABLE other.far (v);
  INSERT INTO t VALUES (1, 1), (2, 2);
`;

const REFUSED: Readonly<Record<string, string>> = {
  "CREATE TABLE x (v)": "`CREATE` is no statement for this tool",
  "DROP TABLE t": "only INSERT, UPDATE and DELETE can be undone",
  "ALTER TABLE t ADD w": "only INSERT, UPDATE and DELETE",
  "PRAGMA foreign_keys = OFF": "only INSERT, UPDATE and DELETE",
  VACUUM: "only INSERT, UPDATE and DELETE",
  "ATTACH 'x.db' AS x": "only INSERT, UPDATE and DELETE",
  COMMIT: "only INSERT, UPDATE and DELETE",
  "/* UPDATE */ EXPLAIN DELETE FROM t": "`EXPLAIN` is no statement",
  "-- only a comment": "`` is no statement",
  "DELETE FROM t; DROP TABLE t": "only one SQL statement is allowed",
  "DELETE FROM t WHERE v = ';' ; -- ;\n; SELECT 1": "only one SQL statement is allowed",
  "SELECT 1": "`SELECT` is no statement",
  "WITH x AS (SELECT 1) SELECT * FROM x": "it changes no table",
  "DELETE FROM t RETURNING id": "RETURNING is not supported",
  "INSERT INTO texts VALUES ('a')": "it writes a virtual table",
  "INSERT INTO notes VALUES ('a')": "it writes a virtual table",
  "DELETE FROM texts_content": "is a shadow table or view",
  "DELETE FROM seen": "cannot modify seen because it is a view",
  "DELETE FROM sqlite_schema": "table sqlite_master may not be modified",
  "DELETE FROM _car_undo": "is not for tools to change",
  "DELETE FROM own": "a table outside of the main database",
  "INSERT INTO far VALUES (1)": "a table outside of the main database",
  "DELETE FROM hides": "has columns that hide its rowid",
  "INSERT OR REPLACE INTO t VALUES (1, 2)": "REPLACE cannot be undone in a database with triggers",
  "REPLACE/**/INTO t VALUES (1, 2)": "REPLACE cannot be undone",
  "DELETE FROM t WHERE v = 'open": "a quote that is not closed",
  'DELETE FROM t WHERE "v = 1': "a quote that is not closed",
  "DELETE FROM t\0 WHERE 0": "a NUL character",
  "DELETE FROM t\u00a0": "no such table: t\u00a0",
  "DELETE FROM missing": "no such table: missing",
  "DELETE FROM t WHERE": "incomplete input",
};

describe("what cannot be undone", () => {
  it.each(Object.entries(REFUSED))("[US-6] is refused, and nothing is done: %s", (sql, message) => {
    const { call, database, dump } = kitOf(SCHEMA);
    call("sql_insert", { table: "t", rows: [{ id: 3 }] });
    const before = [dump("t"), raw(database, "SELECT count(*) FROM _car_undo")];
    expect(() => call("sql_execute", { sql })).toThrow(
      expect.objectContaining({ class: "invalid", message: expect.stringContaining(message) as string }),
    );
    expect([dump("t"), raw(database, "SELECT count(*) FROM _car_undo")]).toEqual(before);
    expect(database.inTransaction).toBe(false);
  });

  it("[US-6] a function and a text that are called replace do not count as REPLACE", () => {
    const { call, dump } = kitOf(SCHEMA);
    call("sql_execute", {
      sql: "UPDATE t SET v = replace('x1' || \"id\", 'x', '') WHERE 'replace' <> 'OR REPLACE INTO'",
    });
    expect(dump("t")[0]).toContain("3131");
  });

  it("[US-6] temporary triggers of the host's are refused, where they could not be followed", () => {
    const { call } = kitOf(
      `${SCHEMA} CREATE TEMP TRIGGER mine AFTER DELETE ON t BEGIN INSERT INTO own VALUES (1); END`,
    );
    expect(() => call("sql_delete", { table: "t", where: "true" })).toThrow("outside of the main database");
    expect(() => call("sql_update", { table: "t", set: { v: 5 }, where: "id = 1" })).toThrow("has temporary triggers");
  });

  it("[US-6] a call that changes too many rows, or too long ones, is rolled back", () => {
    const many =
      "CREATE TABLE big (v); WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000) INSERT INTO big SELECT i FROM n";
    const { call, database } = kitOf(many);
    expect(() => call("sql_delete", { table: "big", where: "true" })).toThrow(
      "it would change more than 10000 rows, the most that can be undone; nothing was done",
    );
    expect(raw(database, "SELECT count(*) FROM big")).toEqual([[100_000]]);
    expect(call("sql_delete", { table: "big", where: "v <= 10000" }, "k")).toMatchObject({ changed: 10_000 });
    expect(call("sql_undo", { undo: "k" })).toEqual({ restored: 10_000 });
    const small = kitOf("CREATE TABLE t (v)", { maxLength: 1_000 });
    expect(() => small.call("sql_insert", { table: "t", rows: [{ v: "x".repeat(1_000) }] })).toThrow("more than 1000");
    expect(small.dump("t")).toEqual([]);
  });
});

describe("sql_query", () => {
  it("[US-7] gives columns and rows, in the order of the statement", () => {
    const { call } = kitOf(SCHEMA);
    const sql = "SELECT id, v AS id, 1.0, 2.5, x'00ff', NULL, 'ü' FROM t WHERE id < ? ORDER BY 1 DESC; -- all";
    expect(call("sql_query", { sql, params: [9] })).toEqual({
      columns: ["id", "id", "1.0", "2.5", "x'00ff'", "NULL", "'ü'"],
      rows: [2, 1].map((id) => [id, id, 1, 2.5, { blob: "AP8=" }, null, "ü"]),
    });
    expect(call("sql_query", { sql: "WITH a(b) AS (VALUES (1)) SELECT * FROM a" })["rows"]).toEqual([[1]]);
  });

  it("[US-7] gives the first rows of many, and says so", () => {
    const { call } = kitOf(SCHEMA, { maxRows: 1 });
    expect(call("sql_query", { sql: "SELECT id FROM t ORDER BY id" })).toEqual({
      columns: ["id"],
      rows: [[1]],
      truncated: true,
    });
    expect(call("sql_query", { sql: "SELECT id FROM t LIMIT 1" })).toEqual({ columns: ["id"], rows: [[1]] });
  });

  it.each([
    ["DELETE FROM t", "only one SELECT statement"],
    ["WITH x AS (SELECT 1) DELETE FROM t", "only one SELECT statement"],
    ["PRAGMA user_version = 5", "only one SELECT statement"],
    ["EXPLAIN SELECT 1", "only one SELECT statement"],
    ["SELECT 1; DELETE FROM t", "only one SQL statement"],
    ["SELECT 1) SELECT 2 --", "syntax error"],
    ["SELECT * FROM missing", "no such table: missing"],
    ["SELECT load_extension('x')", "not authorized"],
  ])("[US-7] cannot write: %s", (sql, message) => {
    const { call, dump, database } = kitOf(SCHEMA);
    const before = dump("t");
    expect(() => call("sql_query", { sql })).toThrow(message);
    expect(dump("t")).toEqual(before);
    expect(raw(database, "PRAGMA user_version")).toEqual([[0]]);
  });
});

describe("what a model writes", () => {
  it.each([
    ["1) OR (1", "the parentheses of the SQL are not balanced"],
    ["(1", "not balanced"],
    ["1); DROP TABLE t; --", "only one SQL statement"],
    ["id = ')' OR id = \"id\" --)", undefined],
    ["id = 1 /* ) */", undefined],
    ["id = 1 -- the end", undefined],
    [" ", "`where` is empty"],
    ["true RETURNING id", "syntax error"],
    ["id = ?", "the SQL has 1 `?`, but `params` has 0 values"],
    ["id = ?1", "write each parameter of the SQL as a plain `?`"],
    ["id = :id", "as a plain `?`"],
    ["id = @id", "as a plain `?`"],
    ["id = $id", "as a plain `?`"],
    ["id = '?'", undefined],
  ])("[US-8] a condition stays between its parentheses: %s", (where, message) => {
    const { call, dump } = kitOf(SCHEMA);
    const before = dump("t");
    const remove = (): JsonObject => call("sql_delete", { table: "t", where });
    if (message === undefined) expect(remove()).toHaveProperty("changed");
    else {
      expect(remove).toThrow(message);
      expect(dump("t")).toEqual(before);
    }
  });

  it("[US-8] a long text is read in one go", () => {
    const { call } = kitOf("CREATE TABLE t (v)");
    const long = "'x".repeat(100_000);
    for (const quote of ["'", '"', "`", "["]) {
      expect(() => call("sql_query", { sql: `SELECT ${quote}${long}${long}` })).toThrow();
      expect(() => call("sql_delete", { table: "t", where: `${quote.repeat(300_001)}` })).toThrow("not closed");
    }
    expect(call("sql_query", { sql: `SELECT length('${"''".repeat(400_000)}')` })["rows"]).toEqual([[400_000]]);
  });

  it("[US-8] names of tables and columns are those of the schema, however they are written", () => {
    const { call } = kitOf('CREATE TABLE "a ""b""; --" ("x y" INTEGER, g AS (1))');
    const table = 'A "B"; --';
    expect(call("sql_insert", { table, rows: [{ "X Y": 1 }] })).toMatchObject({ changed: 1 });
    expect(call("sql_update", { table, set: { "x y": 2 }, where: "true" })).toMatchObject({ changed: 1 });
    const refused = (tool: string, parameters: JsonObject, message: string): void =>
      expect(() => call(tool, parameters)).toThrow(
        expect.objectContaining({ class: "not_found", message: expect.stringContaining(message) as string }),
      );
    refused(
      "sql_insert",
      { table, rows: [{ "x y": 1 }, { nothing: 1 }] },
      'rows[1]: `a "b"; --` has no column `nothing`',
    );
    refused(
      "sql_update",
      { table, set: { g: 1 }, where: "true" },
      'set: `a "b"; --` has no column `g` that can be written; it has `rowid`, `x y`',
    );
    refused("sql_delete", { table: "nothing", where: "true" }, "there is no table `nothing`");
    expect(() => call("sql_update", { table, set: {}, where: "true" })).toThrow("`set` names no column");
  });

  it("[US-9] values keep their types, both ways", () => {
    const { call, database } = kitOf("CREATE TABLE t (a, b)");
    const values = [
      ...[1, 2.5, "x", null, "", "a\u0000b", { integer: "9223372036854775807" }, { integer: "-9223372036854775808" }],
      ...[
        { real: "5" },
        { real: "Infinity" },
        { real: "-Infinity" },
        { real: "1e+300" },
        { blob: "" },
        { blob: "AP8=" },
      ],
      ...[{ text: "/w==" }, 1e300, "\ufeffx", "𝄞"],
    ];
    call("sql_insert", { table: "t", rows: values.map((a, b) => ({ a, b })) });
    const image = call("sql_image", { table: "t" }) as unknown as { tables: [{ rows: unknown[][] }] };
    const read = image.tables[0].rows.map(([, a]) => a);
    expect(read).toEqual(values.map((value) => (value === 1e300 ? { real: "1e+300" } : value)));
    expect(raw(database, "SELECT group_concat(DISTINCT typeof(a)) FROM t")).toEqual([["integer,real,text,null,blob"]]);
    call("sql_insert", { table: "t", rows: [{ a: true, b: "bool" }] });
    expect(call("sql_query", { sql: "SELECT a, 5.0, 9e999 FROM t WHERE b = 'bool'" })["rows"]).toEqual([
      [1, 5, { real: "Infinity" }],
    ]);
  });

  it.each([
    [2 ** 53, 'a whole number beyond 2^53 is written as {"integer": "..."}'],
    [{ integer: "9223372036854775808" }, "it is no integer of 64 bits"],
    [{ integer: "1.5" }, "it is no integer of 64 bits"],
    [{ real: "NaN" }, "it is no floating-point number"],
    [{ real: "" }, "it is no floating-point number"],
    [{ blob: "!" }, "it is no base64"],
    [{ other: "1" }, "it is no value of SQLite"],
    [{ blob: "", text: "" }, "it is no value of SQLite"],
    [{}, "it is no value of SQLite"],
    [[1], "it is no value of SQLite"],
    ["\ud800", "the text has half of a surrogate pair"],
  ])("[US-9] refuses a value that would become another one: %j", (value, message) => {
    const { call, dump } = kitOf("CREATE TABLE t (a)");
    const error = expect.objectContaining({
      class: "invalid",
      message: expect.stringContaining(message) as string,
    }) as Error;
    expect(() => call("sql_insert", { table: "t", rows: [{ a: 1 }, { a: value as never }] })).toThrow(error);
    expect(() => call("sql_query", { sql: "SELECT ?", params: [value as never] })).toThrow(error);
    expect(dump("t")).toEqual([]);
  });

  it("[US-9] a text that libsql would cut is no parameter of a statement", () => {
    const { call } = kitOf("CREATE TABLE t (a)");
    expect(() => call("sql_query", { sql: "SELECT ?", params: ["a\u0000b"] })).toThrow("params[0]: a text with a NUL");
  });
});

describe("a database that fails", () => {
  const insert = { table: "t", rows: [{ v: 1 }] };

  it("[US-10] is busy: transient, and nothing was done", () => {
    const path = join(folder, "busy.db");
    const other = new Database(path);
    other.exec("CREATE TABLE t (v)");
    const kit = undoSql({ database: path });
    const { call, dump } = kitOn(other, kit);
    other.exec("BEGIN IMMEDIATE");
    const transient = expect.objectContaining({ class: "transient" }) as Error;
    expect(() => call("sql_insert", insert)).toThrow(transient);
    expect(() => call("sql_undo", { undo: "k" })).toThrow(transient);
    expect(() => kit.prune({ olderThanMs: 0 })).toThrow(transient);
    other.exec("COMMIT");
    // A reader keeps a commit from the file, where there is no write-ahead log.
    const reader = new Database(path);
    reader.exec("BEGIN");
    raw(reader, "SELECT * FROM t");
    expect(() => call("sql_insert", insert)).toThrow(transient);
    reader.exec("COMMIT");
    expect(dump("t")).toEqual([]);
    call("sql_insert", insert);
    expect(dump("t")).toHaveLength(1);
    reader.close();
    kit.close();
    other.close();
  });

  it("[US-10] has a transaction of the host's open: transient, and that one goes on", () => {
    const { call, database, dump } = kitOf("CREATE TABLE t (v)");
    database.exec("BEGIN; INSERT INTO t VALUES (7)");
    for (const tool of ["sql_insert", "sql_image"]) {
      expect(() => call(tool, insert)).toThrow(expect.objectContaining({ class: "transient" }));
    }
    expect(database.inTransaction).toBe(true);
    database.exec("COMMIT");
    expect(dump("t")).toHaveLength(1);
  });

  it.each([
    ["PRAGMA max_page_count = 1", "transient", "the disk is full"],
    ["PRAGMA query_only = 1", "denied", "the database cannot be written"],
  ])("[US-10] after %s: %s", (pragma, errorClass, message) => {
    const { call, database, dump } = kitOf("CREATE TABLE t (v)");
    database.exec(pragma);
    const large = { table: "t", rows: [{ v: "x".repeat(100_000) }] };
    expect(() => call("sql_insert", large)).toThrow(
      expect.objectContaining({ class: errorClass, message: expect.stringContaining(message) as string }),
    );
    expect(dump("t")).toEqual([]);
  });

  it("[US-10] is closed: not found, for every tool", () => {
    const { call, database, kit } = kitOf("CREATE TABLE t (v)");
    database.close();
    const closed = expect.objectContaining({
      class: "not_found",
      message: "the database is closed; nothing was done",
    }) as Error;
    expect(() => call("sql_insert", insert)).toThrow(closed);
    expect(() => call("sql_query", { sql: "SELECT 1" })).toThrow(closed);
    expect(() => call("sql_image", { table: "t" })).toThrow(closed);
    expect(() => call("sql_restore", { image: { tables: [] } })).toThrow(closed);
    expect(() => call("sql_undo", { undo: "k" })).toThrow(closed);
    expect(() => kit.prune({ olderThanMs: 0 })).toThrow(closed);
  });

  it("[US-10] refuses by a constraint: named, and nothing was done", () => {
    const { call, dump } = kitOf(
      `CREATE TABLE t (v NOT NULL UNIQUE CHECK (v < 100)); CREATE TABLE u (t REFERENCES t (v) DEFERRABLE INITIALLY DEFERRED);
       CREATE TABLE strict (v INTEGER) STRICT; INSERT INTO t VALUES (1)`,
    );
    for (const [table, value, constraint] of [
      ["t", 1, "UNIQUE constraint failed: t.v"],
      ["t", null, "NOT NULL constraint failed: t.v"],
      ["t", 100, "CHECK constraint failed: v < 100"],
      ["strict", "x", "cannot store TEXT value in INTEGER column strict.v"],
      ["u", 9, "FOREIGN KEY constraint failed"],
    ] as const) {
      const rows = [{ [table === "u" ? "t" : "v"]: value }];
      expect(() => call("sql_insert", { table, rows })).toThrow(
        expect.objectContaining({ class: "invalid", message: expect.stringContaining(constraint) as string }),
      );
    }
    expect([dump("t").length, dump("u").length, dump("strict").length]).toEqual([1, 0, 0]);
  });

  it("[US-10] ends the transaction itself: nothing was done", () => {
    const { call, database, dump } = kitOf("CREATE TABLE t (v UNIQUE ON CONFLICT ROLLBACK); INSERT INTO t VALUES (1)");
    const sql = "INSERT OR ROLLBACK INTO t VALUES (2), (1)";
    expect(() => call("sql_execute", { sql })).toThrow("UNIQUE constraint failed");
    expect(() => call("sql_execute", { sql: sql.replace("ROLLBACK", "FAIL") })).toThrow("UNIQUE constraint failed");
    expect(dump("t")).toHaveLength(1);
    expect(raw(database, "SELECT * FROM sqlite_temp_schema")).toEqual([]);
  });
});
