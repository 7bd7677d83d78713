import { type JsonValue, parseJsonText, type StateEntry, StoreCorruptError } from "@car/ir";
import { stateEntryProblem } from "@car/ir/internal";

/** One key as the table holds it. Values are JSON texts. */
export interface EntryRow {
  /** The key, with what SQLite cannot hold in a text escaped as in JSON. */
  readonly key: string;
  /** Null when a model deleted the key while a trusted value stays behind. */
  readonly value: string | null;
  readonly origin: string;
  readonly version: number;
  readonly trusted_value: string | null;
  readonly trusted_origin: string | null;
  readonly labels: string | null;
}

/** The columns of a row, in the order in which they are written. */
export const ENTRY_COLUMNS = [
  "key",
  "value",
  "origin",
  "version",
  "trusted_value",
  "trusted_origin",
  "labels",
] as const satisfies readonly (keyof EntryRow)[];

/** The key as a column can hold it: as it is, but for quotes, backslashes, control characters and lone surrogates. */
export function keyText(key: string): string {
  return JSON.stringify(key).slice(1, -1);
}

/** What is written for an entry, in the order of `ENTRY_COLUMNS`. */
export function rowOf(key: string, { value, origin, version, trusted, labels }: StateEntry): unknown[] {
  return [
    keyText(key),
    value === undefined ? null : JSON.stringify(value),
    origin,
    version,
    trusted === undefined ? null : JSON.stringify(trusted.value),
    trusted?.origin ?? null,
    labels === undefined ? null : JSON.stringify(labels),
  ];
}

/** A row as it is read: texts as their bytes, so that none that is no UTF-8 becomes another text in silence. */
export type StoredRow = { readonly [K in keyof EntryRow]: EntryRow[K] extends number ? number : Uint8Array | null };

const TEXT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The entry that a row of the file `path` holds.
 * @throws `StoreCorruptError`, naming file, key, column and what is wrong, when the row is not one of ours.
 */
export function entryOf(row: StoredRow, path: string): [key: string, entry: StateEntry] {
  const shown = Buffer.from(row.key ?? "").toString();
  const refuse = (problem: string, cause?: unknown): never => {
    throw new StoreCorruptError(`${path}, state key \`${shown}\`: ${problem}`, { cause });
  };
  const text = (column: keyof EntryRow): string | undefined => {
    const bytes = row[column];
    if (bytes === null || typeof bytes === "number") return undefined;
    try {
      return TEXT.decode(bytes);
    } catch (cause) {
      return refuse(`${column}: it is no UTF-8`, cause);
    }
  };
  const json = (column: keyof EntryRow): JsonValue | undefined => {
    const stored = text(column);
    try {
      return stored === undefined ? undefined : parseJsonText(stored);
    } catch (cause) {
      return refuse(`${column}: ${(cause as Error).message}`, cause);
    }
  };
  const [trusted, trustedOrigin, labels] = [json("trusted_value"), text("trusted_origin"), json("labels")];
  const entry = {
    value: json("value"),
    origin: text("origin"),
    version: row.version,
    ...(trusted === undefined && trustedOrigin === undefined
      ? {}
      : { trusted: { value: trusted, origin: trustedOrigin } }),
    ...(labels === undefined ? {} : { labels }),
  };
  const problem = stateEntryProblem(entry);
  if (problem !== undefined) refuse(problem);
  return [keyOf(text("key") ?? "", refuse), entry as StateEntry];
}

/** A key may hold halves of surrogate pairs: `keyText` escapes them. */
function keyOf(text: string, refuse: (problem: string, cause?: unknown) => never): string {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch (cause) {
    return refuse("key: it is not as it was written", cause);
  }
}
