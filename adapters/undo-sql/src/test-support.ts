import type { JsonObject } from "@car/ir";
import type { ToolContext } from "@car/ir/ports";
import Database from "libsql";
import { undoSql, type UndoSql, type UndoSqlOptions } from "./undo-sql.js";

/** A kit on a new database in memory, and short ways to use both. */
export interface TestKit {
  readonly database: Database.Database;
  readonly kit: UndoSql;
  /** Calls a tool; each call has a key of its own, unless it is given one. */
  readonly call: (tool: string, parameters: JsonObject, key?: string) => JsonObject;
  /** All rows of a table by all columns, as texts that show types and bytes. */
  readonly dump: (table: string) => string[];
}

/** Makes one whose database has this schema. */
export function kitOf(schema: string, options: Omit<UndoSqlOptions, "database"> = {}): TestKit {
  const database = new Database(":memory:");
  database.exec(schema);
  return kitOn(database, undoSql({ database, ...options }));
}

/** The same for a kit that there is. */
export function kitOn(database: Database.Database, kit: UndoSql): TestKit {
  let calls = 0;
  return {
    database,
    kit,
    call: (name, parameters, idempotencyKey = `call-${++calls}`) => {
      const tool = kit.tools.find(({ schema }) => schema.name === name);
      if (tool?.execute === undefined) throw new Error(`the kit has no ${name}`);
      return tool.execute(parameters, { idempotencyKey } as ToolContext) as JsonObject;
    },
    dump: (table) => {
      const columns = raw(database, `SELECT name FROM pragma_table_xinfo('${table}')`).map(
        ([name]) => `"${String(name)}"`,
      );
      const shown = columns.map((column) => `typeof(${column}) || ' ' || hex(CAST(${column} AS BLOB))`);
      return raw(database, `SELECT ${shown.join(" || ', ' || ")} FROM "${table}" ORDER BY 1`).map(([row]) =>
        String(row),
      );
    },
  };
}

/** Rows as lists of values. */
export function raw(database: Database.Database, sql: string): unknown[][] {
  return database.prepare(sql).raw(true).all([]) as unknown[][];
}
