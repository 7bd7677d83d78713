import { ToolError } from "@car/ir";
import type { Connection } from "./connection.js";

/** The kit's own table. */
export const LEDGER = "_car_undo";

/** How the rows of a table are named, read and written. */
export interface TableShape {
  /** As the schema spells it. */
  readonly name: string;
  /** The columns that name a row: the primary key of a table without rowids, else the rowid, or the column that stands for it. */
  readonly keys: readonly string[];
  /** All columns that can be written; first the rowid, where no column stands for it. */
  readonly columns: readonly string[];
  /** The columns that name a row for people: the primary key, where there is one. */
  readonly shown: readonly string[];
  readonly hasRowid: boolean;
}

/**
 * @throws `ToolError` (`not_found`) without such a table, `invalid` for one whose changes cannot be followed:
 * a view, a virtual table and what belongs to one, SQLite's own tables and the kit's.
 */
export function tableShape(connection: Connection, table: string): TableShape {
  const found = connection.all(
    "SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main' AND name = ? COLLATE NOCASE",
    [table],
  )[0];
  if (found === undefined) throw new ToolError(`there is no table \`${table}\``, { class: "not_found" });
  const [name, type, withoutRowid] = found as [string, string, bigint];
  const refuse = (problem: string): never => {
    throw new ToolError(`\`${name}\` ${problem}`, { class: "invalid" });
  };
  if (type !== "table") refuse(`is a ${type} table or view: its changes cannot be undone`);
  if (name.toLowerCase().startsWith("sqlite_") || name === LEDGER) refuse("is not for tools to change");
  const columns = connection.all("SELECT name, pk, hidden FROM pragma_table_xinfo(?)", [name]) as [
    string,
    bigint,
    bigint,
  ][];
  const written = columns.filter(([, , hidden]) => hidden === 0n).map(([column]) => column);
  const primary = columns.filter(([, pk]) => pk > 0n).sort(([, a], [, b]) => Number(a - b));
  const keys = primary.map(([column]) => column);
  if (withoutRowid === 1n) return { name, keys, columns: written, shown: keys, hasRowid: false };
  const hasIndex = connection.all("SELECT 1 FROM pragma_index_list(?) WHERE origin = 'pk'", [name]).length > 0;
  if (keys.length === 1 && !hasIndex) return { name, keys, columns: written, shown: keys, hasRowid: true };
  const taken = new Set(columns.map(([column]) => column.toLowerCase()));
  const rowid = ["rowid", "_rowid_", "oid"].find((alias) => !taken.has(alias));
  if (rowid === undefined) return refuse("has columns that hide its rowid: its changes cannot be undone");
  const shown = keys.length === 0 ? [rowid] : keys;
  return { name, keys: [rowid], columns: [rowid, ...written], shown, hasRowid: true };
}
