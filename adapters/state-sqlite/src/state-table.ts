import { type StateEntry, StoreCorruptError } from "@car/ir";
import type { StateCommit } from "@car/ir/ports";
import type Database from "libsql";
import { ENTRY_COLUMNS, entryOf, keyText, rowOf, type StoredRow } from "./entry-row.js";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS state (
    key TEXT PRIMARY KEY, value TEXT, origin TEXT NOT NULL, version INTEGER NOT NULL, trusted_value TEXT,
    trusted_origin TEXT, labels TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS state_version (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL) STRICT;
  INSERT OR IGNORE INTO state_version VALUES (1, 0);
`;

/** The tables of a state store in a database, and the statements that it needs. */
export class StateTable {
  private readonly database: Database.Database;
  private readonly path: string;
  private readonly put: Database.Statement;
  private readonly remove: Database.Statement;
  private readonly raise: Database.Statement;

  constructor(database: Database.Database, path: string) {
    this.database = database;
    this.path = path;
    database.exec(SCHEMA);
    const places = ENTRY_COLUMNS.map(() => "?").join(", ");
    this.put = database.prepare(`INSERT OR REPLACE INTO state (${ENTRY_COLUMNS.join(", ")}) VALUES (${places})`);
    this.remove = database.prepare("DELETE FROM state WHERE key = ?");
    this.raise = database.prepare("UPDATE state_version SET version = ? WHERE version = ?");
  }

  /** Count of commits so far. Throws `StoreCorruptError` when it is none. */
  version(): number {
    const row = this.database.prepare("SELECT version FROM state_version").get() as { readonly version: number };
    if (Number.isSafeInteger(row.version) && row.version >= 0) return row.version;
    throw new StoreCorruptError(`${this.path}, table state_version: the version is no count`);
  }

  /** All entries. Throws `StoreCorruptError` for a row that is none. */
  entries(): (readonly [string, StateEntry])[] {
    const columns = ENTRY_COLUMNS.map((name) => (name === "version" ? name : `CAST(${name} AS BLOB) AS ${name}`));
    const rows = this.database.prepare(`SELECT ${columns.join(", ")} FROM state`).all() as StoredRow[];
    return rows.map((row) => entryOf(row, this.path));
  }

  /**
   * Writes commits in one transaction: all of them or none.
   * @param from - the version before the first of them.
   * @throws when the file holds another version.
   */
  write(commits: readonly StateCommit[], from: number): void {
    const writeAll = this.database.transaction(() => {
      const { changes } = this.raise.run(from + commits.length, from) as { readonly changes: number };
      if (changes !== 1) throw new Error("somebody else has written it meanwhile");
      commits.forEach((commit, index) => this.writeOne(commit, from + index + 1));
    });
    writeAll.immediate();
  }

  private writeOne({ entries }: StateCommit, version: number): void {
    for (const [key, entry] of entries) {
      if (entry === undefined) this.remove.run(keyText(key));
      else this.put.run(rowOf(key, entry.version === 0 ? { ...entry, version } : entry));
    }
  }
}
