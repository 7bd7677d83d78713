import { eventFromLog, LogCorruptError, type CarEvent, type JsonObject, type JsonValue, parseJsonText } from "@car/ir";
import type { LogHead } from "@car/ir/ports";
import type Database from "libsql";
import type { SealedEvent } from "./seal-event.js";

/** Columns in the order of `CarEvent`'s fields. */
const COLUMNS = [
  ...["seq", "kind", "timestamp", "run_id", "proposal_id", "action_id", "attempt"],
  ...["trace_id", "span_id", "data", "prev_hash", "hash"],
];
const OPTIONAL = ["run_id", "proposal_id", "action_id", "attempt"];

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, timestamp TEXT NOT NULL, run_id TEXT, proposal_id TEXT, action_id TEXT,
    attempt INTEGER, trace_id TEXT NOT NULL, span_id TEXT NOT NULL, data TEXT NOT NULL, prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS events_by_run ON events (run_id, seq);
`;

/** The table of events of a database, and the statements that the log needs. */
export class EventTable {
  private readonly database: Database.Database;
  private readonly path: string;
  private readonly insertion: Database.Statement;
  private readonly page: Database.Statement;

  constructor(database: Database.Database, path: string) {
    this.database = database;
    this.path = path;
    database.exec(SCHEMA);
    const places = COLUMNS.map(() => "?").join(", ");
    // As bytes: a text that is no UTF-8 must not become another one in silence.
    const read = COLUMNS.map((name) => (name === "data" ? "CAST(data AS BLOB) AS data" : name)).join(", ");
    this.insertion = database.prepare(`INSERT INTO events (${COLUMNS.join(", ")}) VALUES (${places})`);
    this.page = database.prepare(`SELECT ${read} FROM events WHERE seq >= ? AND seq <= ? ORDER BY seq LIMIT ?`);
  }

  /** The last event; `{ seq: 0, hash: 64 zeros }` for an empty table. */
  head(): LogHead {
    const row = this.database.prepare("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1").get();
    const { seq, hash } = (row ?? { seq: 0, hash: "0".repeat(64) }) as LogHead;
    return { seq, hash };
  }

  /** Adds events in one transaction: all of them or none. */
  insert(events: readonly SealedEvent[]): void {
    const insertAll = this.database.transaction(() => {
      for (const sealed of events) this.insertion.run(valuesOf(sealed));
    });
    insertAll.immediate();
  }

  /** At most `limit` events, in order. Throws `LogCorruptError` for a row that is no event. */
  select(range: { readonly from: number; readonly to: number; readonly limit: number }): CarEvent[] {
    const rows = this.page.all([range.from, range.to, range.limit]) as Record<string, unknown>[];
    return rows.map((row) => eventOfRow(row, this.path));
  }
}

function valuesOf({ event, payload }: SealedEvent): unknown[] {
  const values: Record<string, unknown> = { ...event, data: payload };
  return COLUMNS.map((name) => values[name] ?? null);
}

const TEXT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function eventOfRow(row: Record<string, unknown>, path: string): CarEvent {
  const event: Record<string, unknown> = { format_version: 1 };
  for (const name of COLUMNS) {
    if (name === "data") event["data"] = payloadOf(row, path);
    else if (row[name] !== null || !OPTIONAL.includes(name)) event[name] = row[name];
  }
  return eventFromLog(event);
}

function payloadOf({ seq: number, data }: Record<string, unknown>, path: string): JsonObject {
  const seq = Number(number);
  const refused = (problem: string, cause?: unknown): LogCorruptError =>
    new LogCorruptError(`${path}, event ${seq}: data: ${problem}`, { cause, place: { seq } });
  let text: string;
  try {
    text = TEXT.decode(data as Uint8Array);
  } catch (cause) {
    throw refused("it is no UTF-8", cause);
  }
  const payload = parsed(text, refused);
  if (typeof payload !== "object" || payload === null || Array.isArray(payload)) throw refused("it is no object");
  return payload as JsonObject;
}

function parsed(text: string, refused: (problem: string, cause: unknown) => LogCorruptError): JsonValue {
  try {
    return parseJsonText(text);
  } catch (cause) {
    throw refused((cause as Error).message, cause);
  }
}
