import { join } from "node:path";
import type { JsonValue } from "@car/ir";
import type { Tool } from "@car/ir/ports";
import { undoSql } from "@car/undo-sql";
import Database from "libsql";
import type { Dice } from "../crash/dice.js";
import { SCHEMA, TRIGGERS } from "./world-sql-schema.js";
import type { World, WorldCall } from "./world.js";

/** A database of tables of every kind; with triggers, or with REPLACE, which a database with triggers does not allow. */
export function sqlWorld(name: "sql" | "sql-with-triggers"): World {
  return {
    name,
    create: (folder) => {
      const database = new Database(fileOf(folder));
      database.exec("PRAGMA journal_mode = WAL");
      database.exec(SCHEMA);
      if (name === "sql-with-triggers") database.exec(TRIGGERS);
      database.close();
    },
    open: (folder) => {
      const kit = undoSql({ database: fileOf(folder) });
      const writer = new Database(fileOf(folder));
      const tools = [...kit.tools, kit.wrap(writeQuery(writer), { sql: "$parameters.query" })];
      return {
        tools,
        close: () => {
          kit.close();
          writer.close();
        },
      };
    },
    snapshot: (folder) => {
      const database = new Database(fileOf(folder));
      try {
        return dump(database);
      } finally {
        database.close();
      }
    },
    randomCalls: (dice) => Array.from({ length: 1 + dice(6) }, () => randomCall(dice)),
    isRepeatable: true,
  };
}

/** As an MCP server for SQLite has it. */
function writeQuery(database: Database.Database): Tool {
  return {
    schema: {
      name: "write_query",
      parameters: { type: "object", properties: { query: { type: "string" } }, required: ["query"] },
    },
    execute: ({ query }) => ({ changed: database.prepare(query as string).run([]).changes }),
  };
}

function fileOf(folder: string): string {
  return join(folder, "world.db");
}

/** Everything in a database but the kit's own table, as text: schema, rowids, types and bytes. */
function dump(database: Database.Database): string {
  const all = (sql: string): unknown[][] => database.prepare(sql).safeIntegers(true).raw(true).all() as unknown[][];
  const lines = all("SELECT type, name, sql FROM sqlite_schema WHERE tbl_name <> '_car_undo' ORDER BY type, name").map(
    (row) => JSON.stringify(row),
  );
  const tables = all(
    "SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT IN ('_car_undo', 'sqlite_schema') ORDER BY name",
  ) as [string, bigint][];
  for (const [table, withoutRowid] of tables) {
    const columns = all(`SELECT name FROM pragma_table_xinfo('${table}')`).map(([name]) => quoted(name as string));
    const key = withoutRowid === 1n || table === "sqlite_sequence" ? [] : ["CAST(_rowid_ AS TEXT)"];
    const shown = columns.flatMap((column) => [`typeof(${column})`, `hex(CAST(${column} AS BLOB))`]);
    const order = table === "sqlite_sequence" ? "name" : withoutRowid === 1n ? columns.join(", ") : "_rowid_";
    for (const row of all(`SELECT ${[...key, ...shown].join(", ")} FROM ${quoted(table)} ORDER BY ${order}`)) {
      lines.push(`${table} ${JSON.stringify(row)}`);
    }
  }
  return lines.join("\n");
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

const VALUES: readonly JsonValue[] = [
  ...[null, true, 0, 1, 2, 2.5, -7, "", "x", "ada", "a\u0000b", "ü", 101],
  ...[{ integer: "9223372036854775807" }, { real: "Infinity" }, { real: "5" }, { blob: "AP8=" }, { text: "/w==" }],
];
const NAMES = ["ada", "bob", "cy", "eve", "fay", "ADA", "B", "b"];

/** One call; about one of four is refused by a constraint, a trigger or the kit. */
function randomCall(dice: Dice): WorldCall {
  const value = (): JsonValue => VALUES[dice(VALUES.length)] ?? null;
  const name = (): string => NAMES[dice(NAMES.length)] ?? "";
  const id = (): number => 1 + dice(6);
  const call = (tool: string, parameters: WorldCall["parameters"]): WorldCall => ({ tool: `sql_${tool}`, parameters });
  const execute = (sql: string, params: JsonValue[] = []): WorldCall => call("execute", { sql, params });
  const query = (sql: string): WorldCall => ({ tool: "write_query", parameters: { query: sql } });
  const where = { where: "id = ?", params: [id()] };
  const makers: readonly (() => WorldCall)[] = [
    () => call("insert", { table: "users", rows: [{ name: `${name()}${dice(20)}`, age: value() }, { name: name() }] }),
    () =>
      call("insert", {
        table: "bag",
        rows: [
          { v: value(), 'a "quoted" name': value() },
          { rowid: "y", v: value() },
        ],
      }),
    () => call("insert", { table: "codes", rows: [{ code: name(), v: value() }] }),
    () => call("insert", { table: "items", rows: [{ order: dice(4), line: dice(5), note: value() }] }),
    () => call("update", { table: "users", set: { id: id() + 3, age: value() }, ...where }),
    () => call("update", { table: "users", set: { name: name() }, ...where }),
    () => call("update", { table: "orders", set: { id: id() }, ...where }),
    () => call("update", { table: "tree", set: { id: id() + 1 }, ...where }),
    () => call("update", { table: "codes", set: { code: name(), v: value() }, where: "code = ?", params: [name()] }),
    () => call("update", { table: "bag", set: { v: value() }, where: "v = ?", params: [1] }),
    () => call("delete", { table: "users", ...where }),
    () => call("delete", { table: "tree", ...where }),
    () => call("delete", { table: "codes", where: "v = ?", params: [1 + dice(2)] }),
    () => call("delete", { table: "nothing", where: "true" }),
    () => execute("UPDATE orders SET total = total + ? WHERE id < ?", [dice(3) - 1, id()]),
    () => execute("UPDATE items SET line = -line, note = ?", [dice(9)]),
    () => execute("UPDATE users SET id = id + ?", [dice(2) * 100]),
    () => execute("INSERT INTO people (name) VALUES (?)", [name()]),
    () => execute("INSERT INTO names VALUES (?, ?) ON CONFLICT DO UPDATE SET v = v + 1", [name(), id()]),
    () => execute("INSERT OR REPLACE INTO users (id, name) VALUES (?, ?)", [id(), name()]),
    () => execute("REPLACE INTO codes VALUES (?, ?)", [name(), id()]),
    () => execute("UPDATE OR REPLACE tree SET id = ?, tag = ? WHERE id = ?", [id(), "abc".charAt(dice(3)), id()]),
    () => execute("UPDATE OR IGNORE users SET name = ? WHERE id > 1", [name()]),
    () => execute("UPDATE names SET rowid = ? - rowid", [dice(9)]),
    () => execute("DELETE FROM log"),
    () => execute("DELETE FROM orders WHERE id = ?; DELETE FROM users", [id()]),
    () => execute("DROP TABLE bag"),
    () => query(`UPDATE users SET id = id + ${dice(3)} * 50, age = 5 WHERE id > ${id()}`),
    () => query(`DELETE FROM users WHERE id = ${id()}`),
    () => query(`INSERT INTO users (name, age) VALUES ('${name()}', 9e999), ('${name()}', 1)`),
    () => query(`INSERT INTO bag SELECT name, v, x'01' FROM names; SELECT 1`),
  ];
  return (makers[dice(makers.length)] ?? makers[0])?.() ?? execute("DELETE FROM log");
}
