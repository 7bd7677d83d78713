import type { JsonObject } from "@car/ir";
import type { TableChange } from "./change-log.js";
import type { Connection } from "./connection.js";
import type { SequenceChange } from "./sequences.js";
import { LEDGER } from "./table-shape.js";

/** What one call has changed. */
export interface Inverse {
  readonly tables: readonly TableChange[];
  readonly sequences: readonly SequenceChange[];
}

/** What the ledger knows of a call. */
export interface LedgerEntry {
  readonly output: JsonObject;
  /** Absent once the call was undone. */
  readonly inverse?: Inverse;
}

/** Key of the row that says until when calls were forgotten; no call has it. */
const FORGOTTEN = "";
const NOW_MS = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

/** A row for each call that happened: idempotency key, when, its output, and its inverse until it is undone. */
export class Ledger {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** The call with this key, if it happened and was not forgotten. */
  find(key: string): LedgerEntry | undefined {
    if (!this.exists()) return undefined;
    const row = this.connection.all(`SELECT output, inverse FROM ${LEDGER} WHERE key = ?`, [key])[0];
    if (row === undefined) return undefined;
    const [output, inverse] = row as [string, string | null];
    return {
      output: JSON.parse(output) as JsonObject,
      ...(inverse === null ? {} : { inverse: JSON.parse(inverse) as Inverse }),
    };
  }

  /** Notes a call, in the transaction that makes it. */
  put(key: string, output: JsonObject, inverse: string): void {
    this.create();
    this.connection.run(`INSERT INTO ${LEDGER} (key, made_at, output, inverse) VALUES (?, ${NOW_MS}, ?, ?)`, [
      key,
      JSON.stringify(output),
      inverse,
    ]);
  }

  /** Notes that a call was undone, in the transaction that undoes it. */
  markUndone(key: string): void {
    this.connection.run(`UPDATE ${LEDGER} SET inverse = NULL WHERE key = ?`, [key]);
  }

  /** Forgets calls that are older. Gives their count. */
  forget(olderThanMs: number): number {
    this.create();
    const before = `${NOW_MS} - ${Math.ceil(olderThanMs)}`;
    this.connection.run(`DELETE FROM ${LEDGER} WHERE key <> '${FORGOTTEN}' AND made_at < ${before}`);
    const count = this.connection.value("SELECT changes()");
    this.connection.run(
      `INSERT INTO ${LEDGER} (key, made_at, output) VALUES ('${FORGOTTEN}', ${before}, '{}')
       ON CONFLICT (key) DO UPDATE SET made_at = max(made_at, excluded.made_at)`,
    );
    return Number(count);
  }

  /** Whether a call of that time would still be known. */
  reachesBackTo(timeMs: number): boolean {
    if (!this.exists()) return true;
    const until = this.connection.value(`SELECT made_at FROM ${LEDGER} WHERE key = '${FORGOTTEN}'`);
    return typeof until !== "bigint" || timeMs >= Number(until);
  }

  private exists(): boolean {
    return this.connection.value("SELECT count(*) FROM sqlite_schema WHERE name = ?", [LEDGER]) === 1n;
  }

  private create(): void {
    this.connection.exec(
      `CREATE TABLE IF NOT EXISTS ${LEDGER} (
         key TEXT PRIMARY KEY, made_at INTEGER NOT NULL, output TEXT NOT NULL, inverse TEXT
       ) STRICT, WITHOUT ROWID`,
    );
  }
}
