import type { JsonValue } from "../json/json-value.js";

/** Who put a value into the state. `host` and `tool` are trusted, `model` is a claim. */
export type Origin = "host" | "tool" | "model";

/** The last value of a key that a host or a tool stood for. */
export type TrustedValue = {
  /** As it was written. */
  readonly value: JsonValue;
  /** `host` or `tool`. */
  readonly origin: Origin;
};

/** What the state holds at one key. */
export interface StateEntry {
  /** The newest value; `undefined` when a model deleted the key while a trusted value stays behind. */
  readonly value: JsonValue | undefined;
  readonly origin: Origin;
  /** The store's commit number at which this key last changed; 0 while the change is not committed. */
  readonly version: number;
  /** Only beside a model's value: the trusted value under it. Read it with `trustedValue`. */
  readonly trusted?: TrustedValue;
  /** Data-flow labels of the newest value. */
  readonly labels?: readonly string[];
}

/** One write, before it is combined with what the key holds. A `value` of `undefined` deletes. */
export interface EntryWrite {
  readonly value?: JsonValue | undefined;
  readonly origin: Origin;
  readonly labels?: readonly string[];
}

/** The value of `entry` that policy conditions see: the newest one that no model wrote, or `undefined`. */
export function trustedValue(entry: StateEntry | undefined): JsonValue | undefined {
  if (entry === undefined) return undefined;
  return entry.origin === "model" ? entry.trusted?.value : entry.value;
}

/**
 * What a key holds after `write`, or `undefined` when nothing is left. A model's write never changes or deletes the
 * trusted value; a trusted write replaces both. This is the only place that knows that rule.
 */
export function applyWrite(
  previous: StateEntry | undefined,
  write: EntryWrite,
  version: number,
): StateEntry | undefined {
  const { value, origin } = write;
  const trusted = origin === "model" ? trustedPart(previous) : undefined;
  if (value === undefined && trusted === undefined) return undefined;
  const { labels } = write;
  const entry: Writable<StateEntry> =
    labels === undefined ? { value, origin, version } : { value, origin, version, labels };
  if (trusted !== undefined) entry.trusted = trusted;
  return entry;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function trustedPart(entry: StateEntry | undefined): TrustedValue | undefined {
  if (entry === undefined) return undefined;
  if (entry.origin === "model") return entry.trusted;
  return entry.value === undefined ? undefined : { value: entry.value, origin: entry.origin };
}
