import { type JsonObject, type JsonValue, ToolError } from "@car/ir";
import type { Row, TableChange } from "./change-log.js";
import type { Kit } from "./kit.js";
import { putBack, rowAt } from "./put-back.js";
import { readSequences } from "./sequences.js";
import { parseSql, parseWhere, quoted } from "./sql-text.js";
import { boundParams, jsonRow, selected } from "./sql-value.js";
import { tableShape, type TableShape } from "./table-shape.js";
import { writtenTables } from "./written-tables.js";

/** What an image is taken of: the tables that a statement may write, or the rows of one table. */
export type ImageOf =
  | { readonly sql: string }
  | { readonly table: string; readonly where?: string; readonly params?: readonly JsonValue[] };

/** Rows of one table as they were. */
export interface TableImage {
  readonly table: string;
  /** Which rows; without it all. */
  readonly where?: string;
  readonly params?: readonly JsonValue[];
  readonly columns: readonly string[];
  /** By key. */
  readonly rows: readonly Row[];
  /** The counter of AUTOINCREMENT; `null`: there is none. */
  readonly sequence: JsonValue;
}

/** What `takeImage` gives and `restoreImage` takes. */
export interface Image {
  readonly tables: readonly TableImage[];
}

/**
 * Reads rows, all of one moment; equal rows give equal images.
 * @throws `ToolError` (`invalid`) when they are more than an image holds.
 */
export function takeImage(kit: Kit, of: ImageOf): JsonObject {
  const { connection } = kit;
  // Another connection may have them on, and then a statement writes more tables.
  return connection.switched("foreign_keys", true, () =>
    connection.transaction("DEFERRED", () => {
      const scopes =
        "sql" in of
          ? writtenTables(connection, parseSql(of.sql))
              .filter((table) => table !== "sqlite_sequence")
              .map((table) => ({ table }))
          : [of];
      const sequences = readSequences(connection);
      const tables = scopes.map((scope) => {
        const shape = tableShape(connection, scope.table);
        const rows = rowsOf(kit, shape, scope);
        const sequence = sequences.get(shape.name) ?? null;
        return { ...scope, table: shape.name, columns: shape.columns, rows, sequence };
      });
      const { length } = JSON.stringify(tables);
      if (length > kit.maxLength) refuse(`the image would have ${length} characters, more than ${kit.maxLength}`);
      return { tables };
    }),
  );
}

/**
 * Brings rows back to what an image says: those that are gone or different come back, those that are new in its scope go.
 * Repeating it does nothing. Throws as `putBack` does.
 */
export function restoreImage(kit: Kit, { tables }: Image): JsonObject {
  const { connection } = kit;
  return putBack(
    connection,
    () => {
      const found = readSequences(connection);
      const sequences = tables.map(({ table, sequence }) => ({
        table,
        before: sequence,
        after: found.get(table) ?? null,
      }));
      return { tables: tables.map((image) => changeSince(kit, image)), sequences };
    },
    ({ restored }) => ({ restored }),
  );
}

function refuse(problem: string): never {
  throw new ToolError(problem, { class: "invalid" });
}

function rowsOf(
  kit: Kit,
  shape: TableShape,
  { where, params = [] }: Omit<TableImage, "columns" | "rows" | "sequence">,
): Row[] {
  const { connection, maxRows } = kit;
  const condition = where === undefined ? "true" : parseWhere(where, params);
  const rows = connection.all(
    `SELECT ${selected(shape.columns.map(quoted))} FROM main.${quoted(shape.name)} WHERE ${condition}
     ORDER BY ${shape.keys.map(quoted).join(", ")} LIMIT ${maxRows + 1}`,
    boundParams(params),
  );
  if (rows.length > maxRows)
    refuse(`\`${shape.name}\` has more rows than the ${maxRows} that an image holds; name fewer in \`where\``);
  return rows.map((row) => jsonRow(row, "exact"));
}

function changeSince(kit: Kit, image: TableImage): TableChange {
  const shape = tableShape(kit.connection, image.table);
  if (image.rows.some(({ length }) => length !== image.columns.length)) {
    refuse(`a row of \`${shape.name}\` in the image has not as many values as columns`);
  }
  const keyOf = (row: Row): Row => shape.keys.map((key) => row[shape.columns.indexOf(key)] ?? null);
  const now = new Map(rowsOf(kit, shape, image).map((row) => [JSON.stringify(keyOf(row)), row]));
  const wanted = new Map(image.rows.map((row) => [JSON.stringify(keyOf(row)), row]));
  const rows = [...new Set([...now.keys(), ...wanted.keys()])].map((text) => {
    const key = JSON.parse(text) as Row;
    const before = wanted.get(text) ?? null;
    return { key, before, after: now.get(text) ?? rowAt(kit.connection, shape, key) };
  });
  return { table: shape.name, columns: image.columns, rows };
}
