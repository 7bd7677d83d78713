import { type JsonObject, type JsonValue, ToolError } from "@car/ir";
import type { Tool } from "@car/ir/ports";
import type { Kit } from "./kit.js";
import { PARAMS, sqlText, strict } from "./parameters.js";
import { parseSql, verbOf } from "./sql-text.js";
import { boundParams, jsonRow, selected } from "./sql-value.js";

/** Reads. The statement stands where SQLite takes nothing but a SELECT. */
export function queryTool(kit: Kit): Tool {
  return {
    schema: {
      name: `${kit.prefix}_query`,
      description:
        `Reads from the SQLite database with one SELECT statement. Gives at most ${kit.maxRows} rows; \`truncated\` says ` +
        "whether there are more. `SELECT name, sql FROM sqlite_schema` shows the tables.",
      parameters: strict({ sql: sqlText("One SELECT statement."), params: PARAMS }, ["sql"]),
      reversibility: "reversible",
      idempotent: true,
    },
    execute: (parameters) => {
      const { sql, params = [] } = parameters as { readonly sql: string; readonly params?: readonly JsonValue[] };
      return query(kit, sql, params);
    },
  };
}

function query({ connection, maxRows }: Kit, sql: string, params: readonly JsonValue[]): JsonObject {
  const text = parseSql(sql, params);
  // Some statements act when they are compiled, so none but these is.
  if (!["SELECT", "WITH", "VALUES"].includes(verbOf(text))) return refuse();
  const columns = connection.columns(text.sql);
  if (columns.length === 0) return refuse();
  const names = columns.map((_, index) => `c${index}`);
  const rows = connection.all(
    `WITH _car_query(${names.join(", ")}) AS (${text.sql}\n) SELECT ${selected(names)} FROM _car_query LIMIT ${maxRows + 1}`,
    boundParams(params),
  );
  return {
    columns,
    rows: rows.slice(0, maxRows).map((row) => jsonRow(row, "plain")),
    ...(rows.length > maxRows ? { truncated: true } : {}),
  };
}

function refuse(): never {
  throw new ToolError("only one SELECT statement is allowed here", { class: "invalid" });
}
