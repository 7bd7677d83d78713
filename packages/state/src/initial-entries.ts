import type { JsonValue, StateEntry } from "@car/ir";

/** The entries of a store that starts with the host's own values. */
export function initialEntries(values: Readonly<Record<string, JsonValue>>): Map<string, StateEntry> {
  const entries = new Map<string, StateEntry>();
  for (const [key, value] of Object.entries(values)) entries.set(key, { value, origin: "host", version: 1 });
  return entries;
}
