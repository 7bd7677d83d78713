import { StoreClosedError, StoreWriteError } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { Lease, LockRequest, LockWait, StateCommit, StateStore, StateView } from "@car/ir/ports";
import { restoredStateStore } from "@car/state";
import Database from "libsql";
import { StateTable } from "./state-table.js";

/** Where the state is kept. */
export interface SqliteStateStoreOptions {
  /** The file; made when it does not exist. It may hold other tables, those of `sqliteEventLog` among them. */
  readonly path: string;
}

/** A commit that waits to be written. */
interface Pending {
  readonly change: StateCommit;
  readonly resolve: (version: number) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Keeps the state in the tables `state` and `state_version` of one SQLite file, and a copy of it in memory, which answers
 * all reading. A commit is answered once it is on the disk; those of one turn of the event loop share a transaction.
 * Locks are those of this object: one process writes a file. Should a second one do so, its commits fail.
 * @throws `StoreWriteError` when the file cannot be opened, `StoreCorruptError` when a row is not as it was written.
 */
export function sqliteStateStore(options: SqliteStateStoreOptions): StateStore {
  assertKnownOptions(options, ["path"], "sqliteStateStore");
  return new SqliteStateStore(options.path);
}

class SqliteStateStore implements StateStore {
  readonly supports = { durable: true };
  private readonly path: string;
  private readonly database: Database.Database;
  private readonly table: StateTable;
  private readonly memory: StateStore;
  private pending: Pending[] = [];
  private isClosed = false;

  constructor(path: string) {
    this.path = path;
    this.database = this.orRefused(() => opened(path));
    try {
      this.table = this.orRefused(() => new StateTable(this.database, path));
      this.memory = restoredStateStore({ version: this.table.version(), entries: this.table.entries() });
    } catch (error) {
      this.database.close();
      throw error;
    }
  }

  view(): StateView {
    return this.memory.view();
  }

  acquire(request: LockRequest): Lease | LockWait {
    return this.memory.acquire(request);
  }

  commit(change: StateCommit): Promise<number> {
    if (this.isClosed) return Promise.reject(new StoreClosedError("the state store is closed"));
    return new Promise((resolve, reject) => {
      this.pending.push({ change, resolve, reject });
      if (this.pending.length === 1) setImmediate(() => this.write());
    });
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.write();
    this.database.close();
    await this.memory.close();
  }

  private write(): void {
    const { pending } = this;
    if (pending.length === 0) return;
    this.pending = [];
    const view = this.memory.view();
    const { version } = view;
    view.release?.();
    const changes = pending.map(({ change }) => change);
    try {
      this.orRefused(() => this.table.write(changes, version));
    } catch (error) {
      for (const { reject } of pending) reject(error);
      return;
    }
    for (const { change, resolve } of pending) resolve(this.memory.commit(change) as number);
  }

  private orRefused<T>(body: () => T): T {
    try {
      return body();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new StoreWriteError(`the state in \`${this.path}\` was refused: ${reason}`, { cause });
    }
  }
}

function opened(path: string): Database.Database {
  const database = new Database(path);
  // Others may read meanwhile; each transaction waits for the disk.
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = FULL");
  return database;
}
