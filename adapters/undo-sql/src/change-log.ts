import { type JsonValue, ToolError } from "@car/ir";
import type { Connection } from "./connection.js";
import { quoted } from "./sql-text.js";
import { jsonRow, selected } from "./sql-value.js";
import type { TableShape } from "./table-shape.js";

/** A row by the values of its table's columns. */
export type Row = readonly JsonValue[];

/** One row that was changed. */
export interface RowChange {
  /** The values of the columns that name it. */
  readonly key: Row;
  /** `null`: there was none. */
  readonly before: Row | null;
  /** `null`: there is none. */
  readonly after: Row | null;
}

/** What was changed in a table. */
export interface TableChange {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly RowChange[];
}

/**
 * Runs `body` in the open transaction and gives what it changes in these tables, whoever does it: the statement, triggers or
 * foreign keys. Temporary triggers note the first thing that happens to each row.
 * @throws `ToolError` (`invalid`) when more than `maxRows` rows are changed; the caller rolls back.
 */
export function changesOf(
  connection: Connection,
  tables: readonly TableShape[],
  { maxRows, body }: { readonly maxRows: number; readonly body: () => void },
): TableChange[] {
  tables.forEach((shape, index) => connection.exec(createLog(shape, `_car_log_${index}`)));
  body();
  let room = maxRows;
  const changes = tables.map((shape, index) => {
    const read = readLog(connection, shape, { log: `_car_log_${index}`, limit: room + 1 });
    room -= read.length;
    if (room < 0) {
      throw new ToolError(`it would change more than ${maxRows} rows, the most that can be undone; nothing was done`, {
        class: "invalid",
      });
    }
    const rows = read.filter(({ before, after }) => !isSame(before, after));
    return { table: shape.name, columns: shape.columns, rows };
  });
  tables.forEach((_, index) => connection.exec(dropLog(`_car_log_${index}`)));
  return changes.filter(({ rows }) => rows.length > 0);
}

/** Whether two rows, or their absence, are the same. */
export function isSame(one: Row | null, other: Row | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

const EVENTS = ["before_delete", "before_update", "after_insert"] as const;

/**
 * SQLite runs temporary triggers before those of the schema, so each of these sees a row before any other trigger has touched it.
 * Nothing here may conflict: a conflict clause of the statement would decide what happens then.
 */
function createLog({ name, keys, columns }: TableShape, log: string): string {
  const places = keys.map((key) => `c${columns.indexOf(key)}`);
  const seen = (row: string): string =>
    `EXISTS (SELECT 1 FROM ${log} WHERE ${keys.map((key, i) => `${places[i]} IS +${row}.${quoted(key)}`).join(" AND ")})`;
  const table = `main.${quoted(name)}`;
  const note = (row: "OLD" | "NEW"): string => {
    const existed = row === "OLD";
    const noted = existed ? columns : keys;
    const names = noted.map((column) => `c${columns.indexOf(column)}`).join(", ");
    const values = noted.map((column) => `${row}.${quoted(column)}`).join(", ");
    return `INSERT INTO ${log} (existed, ${names}) SELECT ${existed ? 1 : 0}, ${values} WHERE NOT ${seen(row)}`;
  };
  const isThere = `EXISTS (SELECT 1 FROM ${table} AS t WHERE ${keys.map((key) => `t.${quoted(key)} = NEW.${quoted(key)}`).join(" AND ")})`;
  const bodies: Readonly<Record<(typeof EVENTS)[number], string>> = {
    before_delete: `${note("OLD")};`,
    // The key that a row gets is noted before foreign keys follow it there; a row that has it now is noted when it goes.
    before_update: `${note("OLD")}; ${note("NEW")} AND NOT ${isThere};`,
    after_insert: `${note("NEW")};`,
  };
  return [
    `CREATE TEMP TABLE ${log} (n INTEGER PRIMARY KEY, existed, ${columns.map((_, i) => `c${i}`).join(", ")});`,
    `CREATE UNIQUE INDEX temp.${log}_keys ON ${log} (${places.join(", ")});`,
    ...EVENTS.map(
      (event) =>
        `CREATE TEMP TRIGGER ${log}_${event} ${event.replace("_", " ")} ON ${table} BEGIN ${bodies[event]} END;`,
    ),
  ].join("\n");
}

function dropLog(log: string): string {
  return `${EVENTS.map((event) => `DROP TRIGGER temp.${log}_${event};`).join(" ")} DROP TABLE temp.${log};`;
}

function readLog(
  connection: Connection,
  { name, keys, columns }: TableShape,
  { log, limit }: { readonly log: string; readonly limit: number },
): RowChange[] {
  const on = keys.map((key) => `t.${quoted(key)} = l.c${columns.indexOf(key)}`).join(" AND ");
  const before = selected(columns.map((_, index) => `l.c${index}`));
  const after = selected(columns.map((column) => `t.${quoted(column)}`));
  const rows = connection.all(
    `SELECT l.existed, t.${quoted(keys[0] ?? "")} IS NOT NULL, ${before}, ${after}
     FROM temp.${log} AS l LEFT JOIN main.${quoted(name)} AS t ON ${on} ORDER BY l.n LIMIT ${limit}`,
  );
  return rows.map(([existed, exists, ...values]) => {
    const all = jsonRow(values, "exact");
    const was = all.slice(0, columns.length);
    return {
      key: keys.map((key) => was[columns.indexOf(key)] ?? null),
      before: existed === 1n ? was : null,
      after: exists === 1n ? all.slice(columns.length) : null,
    };
  });
}
