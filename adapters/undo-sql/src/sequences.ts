import type { JsonValue } from "@car/ir";
import type { Connection } from "./connection.js";
import { boundOf, jsonRow, selected } from "./sql-value.js";

/** The counter of a table with AUTOINCREMENT; `null`: it had none yet. */
export interface SequenceChange {
  readonly table: string;
  readonly before: JsonValue;
  readonly after: JsonValue;
}

/** All counters, by table. */
export type Sequences = ReadonlyMap<string, JsonValue>;

/** What `sqlite_sequence` holds; it exists once a table has had AUTOINCREMENT. */
export function readSequences(connection: Connection): Sequences {
  const exists = connection.value("SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_sequence'") === 1n;
  if (!exists) return new Map();
  const rows = connection.all(`SELECT CAST(name AS TEXT), ${selected(["seq"])} FROM sqlite_sequence`);
  return new Map(rows.map(([table, ...seq]) => [String(table), jsonRow(seq, "exact")[0] ?? null]));
}

/** The counters that differ. */
export function sequenceChanges(before: Sequences, after: Sequences): SequenceChange[] {
  const tables = [...new Set([...before.keys(), ...after.keys()])].sort();
  return tables
    .map((table) => ({ table, before: before.get(table) ?? null, after: after.get(table) ?? null }))
    .filter((change) => !isEqual(change.before, change.after));
}

/**
 * Puts counters back. One from which somebody else has drawn since stays: it would give out a number twice.
 * @param found - the counters before rows were put back, which may have moved them.
 * @returns the tables whose counters stay.
 */
export function putSequencesBack(
  connection: Connection,
  found: Sequences,
  changes: readonly SequenceChange[],
): string[] {
  const targets = new Map(found);
  const kept: string[] = [];
  for (const { table, before, after } of changes) {
    const now = found.get(table) ?? null;
    if (isEqual(now, after)) targets.set(table, before);
    else if (!isEqual(now, before)) kept.push(table);
  }
  const now = readSequences(connection);
  for (const table of new Set([...targets.keys(), ...now.keys()])) {
    const target = targets.get(table) ?? null;
    if (!isEqual(target, now.get(table) ?? null)) setSequence(connection, table, target);
  }
  return kept;
}

function isEqual(one: JsonValue, other: JsonValue): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function setSequence(connection: Connection, table: string, value: JsonValue): void {
  connection.run("DELETE FROM sqlite_sequence WHERE name = ?", [table]);
  if (value === null) return;
  const { place, value: bound } = boundOf(value, `the counter of ${table}`);
  connection.run(`INSERT INTO sqlite_sequence (name, seq) VALUES (?, ${place})`, [table, bound]);
}
