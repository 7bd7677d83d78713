import { ToolError } from "@car/ir";
import { isSame, type Row, type RowChange, type TableChange } from "./change-log.js";
import type { Connection } from "./connection.js";
import type { Inverse } from "./ledger.js";
import { putSequencesBack, readSequences } from "./sequences.js";
import { quoted } from "./sql-text.js";
import { type BoundValue, boundOf, jsonRow, selected } from "./sql-value.js";
import { tableShape, type TableShape } from "./table-shape.js";

/** A table, and the rows of it that are to be as they were. */
interface Work {
  readonly shape: TableShape;
  readonly rows: readonly RowChange[];
  /** What somebody else has changed. */
  readonly conflicts: readonly string[];
}

/** What was done. */
export interface PutBack {
  /** Count of rows that were not as before. */
  readonly restored: number;
  /** Tables whose counters stay, since somebody else has drawn from them. */
  readonly kept: readonly string[];
}

/**
 * Brings rows back to what they were, in one transaction, with triggers and foreign keys out of the way; foreign keys
 * are checked at its end. A row that is as it was is left alone.
 * @param changes - run in the transaction; gives what is to be taken back.
 * @param finish - run in the transaction once the rows are back; gets what was done.
 * @throws `ToolError` (`invalid`), naming tables and keys, when a row is neither as the change left it nor as it was before:
 * somebody else has changed it, and nothing is overwritten.
 */
export function putBack<T>(connection: Connection, changes: () => Inverse, finish: (outcome: PutBack) => T): T {
  return connection.switched("foreign_keys", false, (hadForeignKeys) =>
    connection.transaction("IMMEDIATE", () => {
      const { tables: changed, sequences } = changes();
      const found = readSequences(connection);
      const work = changed.map((change) => workOf(connection, change));
      assertNoneChanged(work.flatMap(({ conflicts }) => conflicts));
      const toDo = work.filter(({ rows }) => rows.length > 0);
      const tables = new Set(toDo.map(({ shape }) => shape.name));
      const broken = hadForeignKeys ? brokenReferences(connection, tables) : [];
      const triggers = takeTriggers(connection, tables);
      // All are removed before the first is inserted: values of a UNIQUE column may have changed places.
      for (const each of toDo) removeRows(connection, each);
      for (const each of toDo) insertRows(connection, each);
      for (const sql of triggers) connection.exec(sql);
      if (hadForeignKeys) assertNoneBroken(brokenReferences(connection, tables), broken);
      const kept = putSequencesBack(connection, found, sequences);
      return finish({ restored: toDo.reduce((sum, { rows }) => sum + rows.length, 0), kept });
    }),
  );
}

function workOf(connection: Connection, { table, columns, rows }: TableChange): Work {
  const shape = tableShape(connection, table);
  if (columns.join("\0") !== shape.columns.join("\0")) {
    throw conflict(`the columns of \`${table}\` are no longer \`${columns.join("`, `")}\``);
  }
  const toDo: RowChange[] = [];
  const conflicts: string[] = [];
  for (const row of rows) {
    const now = rowAt(connection, shape, row.key);
    if (isSame(now, row.before)) continue;
    if (isSame(now, row.after)) toDo.push(row);
    else conflicts.push(placeOf(shape, row));
  }
  return { shape, rows: toDo, conflicts };
}

/** The row with a key, if there is one. */
export function rowAt(connection: Connection, shape: TableShape, key: Row): Row | null {
  const { sql, params } = condition(shape, key);
  const found = connection.all(
    `SELECT ${selected(shape.columns.map(quoted))} FROM main.${quoted(shape.name)} WHERE ${sql}`,
    params,
  )[0];
  return found === undefined ? null : jsonRow(found, "exact");
}

function condition(shape: TableShape, key: Row): { readonly sql: string; readonly params: readonly BoundValue[] } {
  const bound = key.map((value) => boundOf(value, `the key of ${shape.name}`));
  return {
    sql: shape.keys.map((column, index) => `${quoted(column)} = ${bound[index]?.place}`).join(" AND "),
    params: bound.map(({ value }) => value),
  };
}

function removeRows(connection: Connection, { shape, rows }: Work): void {
  for (const { key, after } of rows) {
    if (after === null) continue;
    const { sql, params } = condition(shape, key);
    connection.run(`DELETE FROM main.${quoted(shape.name)} WHERE ${sql}`, params);
  }
}

function insertRows(connection: Connection, { shape, rows }: Work): void {
  const names = shape.columns.map(quoted).join(", ");
  for (const row of rows) {
    const { key, before } = row;
    if (before === null) continue;
    const place = placeOf(shape, row);
    const bound = before.map((value) => boundOf(value, place));
    const places = bound.map((each) => each.place).join(", ");
    // ABORT: a constraint of the schema may say REPLACE.
    const sql = `INSERT OR ABORT INTO main.${quoted(shape.name)} (${names}) VALUES (${places})`;
    try {
      connection.run(
        sql,
        bound.map(({ value }) => value),
      );
    } catch (error) {
      if (!(error instanceof ToolError) || error.class !== "invalid") throw error;
      throw conflict(`${place} cannot come back: ${error.message}`, error);
    }
    if (!isSame(rowAt(connection, shape, key), before)) {
      throw conflict(`${place} does not come back as it was`);
    }
  }
}

/** Removes the triggers of these tables for now; gives what makes them again, in their order. */
function takeTriggers(connection: Connection, tables: ReadonlySet<string>): string[] {
  const temporary = connection.value("SELECT count(*) FROM sqlite_temp_schema WHERE type = 'trigger'");
  if (temporary !== 0n) throw conflict("the connection has temporary triggers, which would run");
  const names = lowerCase(tables);
  const triggers = connection
    .all("SELECT name, sql, tbl_name FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid")
    .filter(([, , table]) => names.has((table as string).toLowerCase())) as [string, string, string][];
  for (const [name] of triggers) connection.exec(`DROP TRIGGER main.${quoted(name)}`);
  return triggers.map(([, sql]) => sql);
}

/** The schema spells a name as each of its statements does. */
function lowerCase(names: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...names].map((name) => name.toLowerCase()));
}

/** What refers to no row, among tables that refer to these or are these. */
function brokenReferences(connection: Connection, tables: ReadonlySet<string>): string[] {
  const names = lowerCase(tables);
  const references = connection.all(
    `SELECT m.name, f."table" FROM sqlite_schema AS m JOIN pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table'`,
  ) as [string, string][];
  const concerned = references.filter((pair) => pair.some((name) => names.has(name.toLowerCase())));
  return [...new Set(concerned.map(([table]) => table))].flatMap((table) =>
    connection
      .all('SELECT "table", rowid, parent FROM pragma_foreign_key_check(?)', [table])
      .map((row) => row as [string, bigint | null, string])
      .map(([child, rowid, parent]) => `${child}(${rowid === null ? "" : `rowid=${rowid}`}) to ${parent}`),
  );
}

function assertNoneBroken(now: readonly string[], before: readonly string[]): void {
  const known = [...before];
  const fresh = now.filter((reference) => {
    const at = known.indexOf(reference);
    if (at >= 0) known.splice(at, 1);
    return at < 0;
  });
  if (fresh.length > 0) throw conflict(`rows refer to what would be taken away: ${listed(fresh)}`);
}

function assertNoneChanged(places: readonly string[]): void {
  if (places.length > 0) throw conflict(`somebody else has changed ${listed(places)} since`);
}

function conflict(problem: string, cause?: unknown): ToolError {
  return new ToolError(`conflict: ${problem}; nothing was restored`, { class: "invalid", cause });
}

const MOST_LISTED = 10;

function listed(places: readonly string[]): string {
  const rest = places.length > MOST_LISTED ? [`and ${places.length - MOST_LISTED} more`] : [];
  return [...places.slice(0, MOST_LISTED), ...rest].join(", ");
}

/** Such as `orders(id=3)`. */
function placeOf({ name, columns, shown }: TableShape, { before, after }: RowChange): string {
  const row = before ?? after ?? [];
  return `${name}(${shown.map((column) => `${column}=${JSON.stringify(row[columns.indexOf(column)])}`).join(", ")})`;
}
