import { existsSync } from "node:fs";
import { ConfigInvalidError, ToolError } from "@car/ir";
import Database from "libsql";
import { failureOf } from "./failure-of.js";
import type { BoundValue } from "./sql-value.js";

const MOST_STATEMENTS = 64;

/** One connection, its transactions, and failures that say whether something was done. */
export class Connection {
  private readonly database: Database.Database;
  /** Compiled statements by their text; SQLite compiles one again when the schema has changed. */
  private readonly statements = new Map<string, Database.Statement>();

  constructor(database: string | Database.Database) {
    this.database = typeof database === "string" ? opened(database) : database;
    let encoding: unknown;
    try {
      encoding = this.value("PRAGMA encoding");
    } catch (cause) {
      throw new ConfigInvalidError(`\`database\` cannot be read: ${(cause as Error).message}`, { cause });
    }
    if (encoding !== "UTF-8") throw new ConfigInvalidError("`database` has another encoding than UTF-8");
  }

  /** All rows, as lists of values; integers are of type `bigint`. */
  all(sql: string, params: readonly BoundValue[] = []): unknown[][] {
    return this.guarded(() => this.statement(sql).all(params) as unknown[][]);
  }

  /** The first value of the first row. */
  value(sql: string, params: readonly BoundValue[] = []): unknown {
    return this.all(sql, params)[0]?.[0];
  }

  /** The program that SQLite makes of a statement, which is not run. */
  program(sql: string): unknown[][] {
    return this.guarded(() => {
      const explained = this.database.prepare(`EXPLAIN ${sql}`).safeIntegers(true).raw(true);
      const program = explained.all([]) as unknown[][];
      // It stays active otherwise, which keeps tables from being dropped: libsql resets statements only after `get`.
      explained.get([]);
      return program;
    });
  }

  /** Runs one statement that gives no rows. */
  run(sql: string, params: readonly BoundValue[] = []): void {
    this.guarded(() => this.statement(sql).run(params));
  }

  /** Runs statements of the kit's own. */
  exec(sql: string): void {
    this.guarded(() => this.database.exec(sql));
  }

  /** Names of the columns that a statement would give. It is not run. */
  columns(sql: string): string[] {
    return this.guarded(() =>
      this.database
        .prepare(sql)
        .columns()
        .map(({ name }) => name),
    );
  }

  /**
   * All of it, or nothing.
   * @throws `ToolError` (`transient`) when somebody else has the lock, or has left a transaction open on this connection.
   */
  transaction<T>(mode: "DEFERRED" | "IMMEDIATE", body: () => T): T {
    if (this.guarded(() => this.database.inTransaction)) {
      throw new ToolError("the connection is in a transaction of its host's; nothing was done", { class: "transient" });
    }
    this.exec(`BEGIN ${mode}`);
    try {
      const result = body();
      this.exec("COMMIT");
      return result;
    } catch (error) {
      // Some failures have ended it already.
      if (this.database.open && this.database.inTransaction) this.database.exec("ROLLBACK");
      throw error;
    }
  }

  /** Has a switch of the connection in one position for a while. `body` gets the position that it was in. */
  switched<T>(pragma: "foreign_keys" | "recursive_triggers", position: boolean, body: (was: boolean) => T): T {
    const was = this.value(`PRAGMA ${pragma}`) === 1n;
    if (was === position) return body(was);
    this.exec(`PRAGMA ${pragma} = ${position ? 1 : 0}`);
    try {
      return body(was);
    } finally {
      if (this.database.open) this.database.exec(`PRAGMA ${pragma} = ${was ? 1 : 0}`);
    }
  }

  close(): void {
    this.statements.clear();
    this.database.close();
  }

  private statement(sql: string): Database.Statement {
    const known = this.statements.get(sql);
    if (known !== undefined) return known;
    if (this.statements.size === MOST_STATEMENTS) this.statements.clear();
    const statement = this.database.prepare(sql).safeIntegers(true);
    if (statement.reader) statement.raw(true);
    this.statements.set(sql, statement);
    return statement;
  }

  private guarded<T>(body: () => T): T {
    // libsql ends the process when a closed database is asked whether it is in a transaction.
    if (!this.database.open) throw new ToolError("the database is closed; nothing was done", { class: "not_found" });
    try {
      return body();
    } catch (error) {
      throw failureOf(error);
    }
  }
}

function opened(path: string): Database.Database {
  if (!existsSync(path)) throw new ConfigInvalidError(`\`database\` \`${path}\` does not exist`);
  try {
    const database = new Database(path);
    database.exec("PRAGMA foreign_keys = ON");
    return database;
  } catch (cause) {
    throw new ConfigInvalidError(`\`database\` \`${path}\` cannot be opened: ${(cause as Error).message}`, { cause });
  }
}
