import { type JsonObject, type JsonValue, ToolError } from "@car/ir";
import { changesOf, type TableChange } from "./change-log.js";
import type { Connection } from "./connection.js";
import type { Kit } from "./kit.js";
import { readSequences, sequenceChanges } from "./sequences.js";
import { mayReplace, type SqlText } from "./sql-text.js";
import { type BoundValue, jsonRow } from "./sql-value.js";
import { tableShape } from "./table-shape.js";
import { writtenTables } from "./written-tables.js";

/** Statements that one call makes, all of them or none. */
export interface Change {
  readonly statements: readonly { readonly text: SqlText; readonly params: readonly BoundValue[] }[];
  /** Whether the output is to name the rowids that were inserted. */
  readonly givesRowids: boolean;
}

/**
 * Makes a change in one transaction, which also notes what it changed under the key of the call. A call with a key that is
 * there has been made: it answers as it did, and nothing happens.
 * @throws `ToolError`; nothing was done, but for class `terminal`.
 */
export function act(kit: Kit, key: string, plan: (connection: Connection) => Change): JsonObject {
  const { connection, ledger } = kit;
  return connection.transaction("IMMEDIATE", () => {
    const known = ledger.find(key);
    if (known === undefined) return make(kit, key, plan(connection));
    if (known.inverse !== undefined) return known.output;
    throw new ToolError("this call was made and undone; it is not made again", { class: "invalid" });
  });
}

function make(kit: Kit, key: string, { statements, givesRowids }: Change): JsonObject {
  const { connection, ledger, maxRows, maxLength } = kit;
  const texts = [...new Map(statements.map(({ text }) => [text.sql, text])).values()];
  const written = new Set(texts.flatMap((text) => writtenTables(connection, text)));
  if (texts.some(({ sql }) => connection.columns(sql).length > 0)) {
    throw new ToolError("RETURNING is not supported; nothing was done", { class: "invalid" });
  }
  // Its counters are noted by themselves.
  written.delete("sqlite_sequence");
  const shapes = [...written].map((name) => tableShape(connection, name));
  let changed = 0n;
  const rowids: JsonValue[] = [];
  const body = (): void => {
    for (const { text, params } of statements) {
      connection.run(text.sql, params);
      changed += connection.value("SELECT changes()") as bigint;
      if (givesRowids) rowids.push(...jsonRow(["integer", connection.value("SELECT last_insert_rowid()")], "exact"));
    }
  };
  const sequences = readSequences(connection);
  const tables = followed(connection, { written, statements }, () => changesOf(connection, shapes, { maxRows, body }));
  const inverse = JSON.stringify({ tables, sequences: sequenceChanges(sequences, readSequences(connection)) });
  if (inverse.length > maxLength) {
    throw new ToolError(
      `what it changes takes ${inverse.length} characters to undo, more than ${maxLength}; nothing was done`,
      { class: "invalid" },
    );
  }
  const output = {
    changed: Number(changed),
    tables: Object.fromEntries(tables.map(({ table, rows }: TableChange) => [table, rows.length])),
    ...(givesRowids ? { rowids } : {}),
    undo: key,
  };
  ledger.put(key, output, inverse);
  return output;
}

interface Followed {
  readonly written: ReadonlySet<string>;
  readonly statements: Change["statements"];
}

/**
 * Sees to it that rows which REPLACE removes are noted too: SQLite runs triggers for them only when triggers may be recursive. Where
 * the schema has triggers that switch would change what they do, so REPLACE is refused there.
 */
function followed<T>(connection: Connection, { written, statements }: Followed, body: () => T): T {
  const refuse = (problem: string): never => {
    throw new ToolError(problem, { class: "invalid" });
  };
  if (connection.value("SELECT count(*) FROM sqlite_temp_schema WHERE type = 'trigger'") !== 0n) {
    refuse("the connection has temporary triggers, which the kit cannot follow; nothing was done");
  }
  const triggers = connection.value("SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'");
  if (triggers === 0n) return connection.switched("recursive_triggers", true, body);
  if (connection.value("PRAGMA recursive_triggers") === 1n) return body();
  const schema = connection.all("SELECT tbl_name, sql, type FROM sqlite_schema WHERE sql IS NOT NULL");
  const replacing = schema.find(
    ([table, sql, type]) => (type === "trigger" || written.has(table as string)) && mayReplace(sql as string),
  );
  if (replacing !== undefined || statements.some(({ text }) => mayReplace(text.sql))) {
    refuse("REPLACE cannot be undone in a database with triggers; use INSERT ... ON CONFLICT DO UPDATE");
  }
  return body();
}
