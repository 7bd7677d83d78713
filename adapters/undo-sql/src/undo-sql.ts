import { ConfigInvalidError, type JsonObject } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { Tool } from "@car/ir/ports";
import type Database from "libsql";
import { changeTools } from "./change-tools.js";
import { Connection } from "./connection.js";
import type { Kit } from "./kit.js";
import { Ledger } from "./ledger.js";
import { queryTool } from "./query-tool.js";
import { undoTools } from "./undo-tools.js";
import { wrapped } from "./wrapped.js";

/** Which database, and how much of it one call may change. */
export interface UndoSqlOptions {
  /** A connection of the host's, which keeps its settings, or the path of a file that exists; it is opened with foreign keys on. */
  readonly database: string | Database.Database;
  /** Begins the names of the tools. Default: `sql`. */
  readonly prefix?: string;
  /** Most rows that one call changes, an image holds, or a query gives. Default: 10,000. */
  readonly maxRows?: number;
  /** Longest JSON text of what undoes a call, or of an image, in characters. Default: 8,388,608. */
  readonly maxLength?: number;
}

/** Tools for one SQLite database. */
export interface UndoSql {
  /** `sql_query`, `sql_insert`, `sql_update`, `sql_delete`, `sql_execute`; `sql_undo`, `sql_image` and `sql_restore` are for the runtime. */
  readonly tools: readonly Tool[];
  /**
   * The same tool, undone by before-images that `sql_image` takes and `sql_restore` brings back. `image` are the parameters of
   * `sql_image`: `{ sql: "$parameters.query" }` takes all rows of all tables that the statement in `query` may write.
   * Throws `ConfigInvalidError` when the tool has no such parameter.
   */
  wrap(tool: Tool, image: JsonObject): Tool;
  /**
   * Forgets what undoes calls that are older, and that they happened; of calls from before nobody can tell any more. Gives their count.
   * Throws `ToolError` when the database is busy or closed.
   */
  prune(options: { readonly olderThanMs: number }): number;
  /** Closes the connection that was opened for a path; one of the host's stays open. Tools fail with `not_found` afterwards. */
  close(): void;
}

/**
 * SQL tools whose every change can be undone exactly, or is refused.
 * @throws `ConfigInvalidError` for unknown options, a file that does not exist or is no database, and another encoding than UTF-8.
 */
export function undoSql(options: UndoSqlOptions): UndoSql {
  assertKnownOptions(options, ["database", "prefix", "maxRows", "maxLength"], "undoSql");
  const { database, prefix = "sql", maxRows = 10_000, maxLength = 8_388_608 } = options;
  assertCount(maxRows, "maxRows");
  assertCount(maxLength, "maxLength");
  if (!/^\w+$/.test(prefix)) throw new ConfigInvalidError("`prefix` is a name of letters, digits and `_`");
  if (
    typeof database !== "string" &&
    typeof (database as Partial<Database.Database> | undefined)?.prepare !== "function"
  ) {
    throw new ConfigInvalidError("`database` is a path or a connection of libsql");
  }
  const connection = new Connection(database);
  const ledger = new Ledger(connection);
  const kit: Kit = { connection, ledger, prefix, maxRows, maxLength };
  return {
    tools: [queryTool(kit), ...changeTools(kit), ...undoTools(kit)],
    wrap: (tool, image) => wrapped(tool, image, prefix),
    prune: ({ olderThanMs }) => {
      if (!(olderThanMs >= 0)) throw new ConfigInvalidError("`olderThanMs` is a number from 0");
      return connection.transaction("IMMEDIATE", () => ledger.forget(olderThanMs));
    },
    close: () => {
      if (typeof database === "string") connection.close();
    },
  };
}

function assertCount(value: number, name: string): void {
  if (!Number.isSafeInteger(value) || value < 1) throw new ConfigInvalidError(`\`${name}\` is a whole number from 1`);
}
