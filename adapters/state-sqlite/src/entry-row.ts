import { type JsonValue, type Origin, type StateEntry, StoreCorruptError, type TrustedValue } from "@car/ir";

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

/**
 * The entry that a row holds.
 * @throws `StoreCorruptError`, naming the key, when the row is not one of ours.
 */
export function entryOf(row: EntryRow): [key: string, entry: StateEntry] {
  try {
    const key = JSON.parse(`"${row.key}"`) as string;
    const trusted = trustedOf(row);
    return [
      key,
      {
        value: row.value === null ? undefined : (JSON.parse(row.value) as JsonValue),
        origin: originOf(row.origin),
        version: row.version,
        ...(trusted === undefined ? {} : { trusted }),
        ...(row.labels === null ? {} : { labels: JSON.parse(row.labels) as string[] }),
      },
    ];
  } catch (cause) {
    throw new StoreCorruptError(`state key \`${row.key}\`: its row is not as it was written`, { cause });
  }
}

function trustedOf({ trusted_value: value, trusted_origin: origin }: EntryRow): TrustedValue | undefined {
  return value === null || origin === null
    ? undefined
    : { value: JSON.parse(value) as JsonValue, origin: originOf(origin) };
}

function originOf(text: string): Origin {
  if (text === "host" || text === "tool" || text === "model") return text;
  throw new TypeError(`unknown origin \`${text}\``);
}
