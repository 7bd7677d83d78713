import { eventOf, LogClosedError, LogWriteError, type CarEvent } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { EventDraft, EventLog, LogHead, ReadOptions } from "@car/ir/ports";
import Database from "libsql";
import { EventTable } from "./event-table.js";
import { sealEvent, type SealedEvent } from "./seal-event.js";

/** Where the log is kept. */
export interface SqliteEventLogOptions {
  /** The file; made when it does not exist. It may hold other tables. */
  readonly path: string;
  /** Told once, when the first write fails; must not throw. The failing call throws the same error. */
  readonly onError?: (error: LogWriteError) => void;
}

const OPTIONS = ["path", "onError"] as const satisfies readonly (keyof SqliteEventLogOptions)[];
/** Events that wait to be written, at most. */
const PENDING_EVENTS = 1_024;
const PAGE_EVENTS = 500;

/**
 * Keeps events in the table `events` of one SQLite file, a column for each field. A flush is one transaction that is on
 * the disk, shared by everybody who waits in that moment. Others may read the file meanwhile. Should two logs write it, the second
 * to write a sequence fails, and nothing is overwritten.
 * @throws `LogWriteError` when the file cannot be opened.
 */
export function sqliteEventLog(options: SqliteEventLogOptions): EventLog {
  assertKnownOptions(options, OPTIONS, "sqliteEventLog");
  return new SqliteEventLog(options);
}

class SqliteEventLog implements EventLog {
  readonly supports = { durable: true };
  private readonly options: SqliteEventLogOptions;
  private readonly database: Database.Database;
  private readonly table: EventTable;
  private pending: SealedEvent[] = [];
  private last: LogHead;
  private round: Promise<void> | undefined;
  private failure: LogWriteError | undefined;
  private isClosed = false;

  constructor(options: SqliteEventLogOptions) {
    this.options = options;
    this.database = opened(options.path);
    this.table = orRefused(options.path, () => new EventTable(this.database, options.path));
    this.last = this.table.head();
  }

  append(draft: EventDraft): number {
    if (this.isClosed) throw new LogClosedError("the event log is closed");
    if (this.failure !== undefined) throw this.failure;
    if (this.pending.length === PENDING_EVENTS) this.write();
    const sealed = sealEvent(eventOf(draft, this.last.seq + 1), this.last.hash);
    this.pending.push(sealed);
    const { seq, hash } = sealed.event;
    this.last = { seq, hash };
    return seq;
  }

  flush(): Promise<void> | undefined {
    if (this.failure !== undefined) throw this.failure;
    if (this.pending.length === 0) return undefined;
    return (this.round ??= this.nextRound());
  }

  read(options: ReadOptions = {}): AsyncIterable<CarEvent> {
    assertKnownOptions(options, ["from", "to"], "read");
    const { from = 1, to = Number.POSITIVE_INFINITY } = options;
    if (this.failure === undefined) this.write();
    return pages(this.table, { from, to: Math.min(to, this.last.seq) });
  }

  async head(): Promise<LogHead> {
    return this.last;
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    try {
      if (this.failure === undefined) this.write();
    } finally {
      this.database.close();
    }
  }

  /** After the tick's other runs have had their say, too. */
  private async nextRound(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.round = undefined;
    if (this.failure !== undefined) throw this.failure;
    this.write();
  }

  private write(): void {
    if (this.pending.length === 0) return;
    const { pending } = this;
    this.pending = [];
    try {
      this.table.insert(pending);
    } catch (cause) {
      throw this.failed(refused(this.options.path, cause), pending[0]);
    }
  }

  /** The transaction left nothing behind: the chain ends before its first event. */
  private failed(error: LogWriteError, first: SealedEvent | undefined): LogWriteError {
    this.failure = error;
    if (first !== undefined) this.last = { seq: first.event.seq - 1, hash: first.event.prev_hash };
    this.options.onError?.(error);
    return error;
  }
}

function opened(path: string): Database.Database {
  return orRefused(path, () => {
    const database = new Database(path);
    // Others may read meanwhile; each transaction waits for the disk.
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = FULL");
    return database;
  });
}

async function* pages(
  table: EventTable,
  { from, to }: { readonly from: number; readonly to: number },
): AsyncGenerator<CarEvent> {
  for (let next = from; next <= to;) {
    const events = table.select({ from: next, to, limit: PAGE_EVENTS });
    yield* events;
    if (events.length < PAGE_EVENTS) return;
    next = (events.at(-1)?.seq ?? to) + 1;
  }
}

function orRefused<T>(path: string, body: () => T): T {
  try {
    return body();
  } catch (cause) {
    throw refused(path, cause);
  }
}

function refused(path: string, cause: unknown): LogWriteError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new LogWriteError(`the log \`${path}\` was refused: ${reason}`, { cause });
}
