import {
  copyJson,
  DEFAULT_LIMITS,
  JsonInvalidError,
  type JsonObject,
  type JsonValue,
  type StateEntry,
  StateValueInvalidError,
} from "@car/ir";

/**
 * The entries of a store that starts with the host's own values. They are copied and frozen.
 * @throws `StateValueInvalidError`, naming the key, when a value is not JSON.
 */
export function initialEntries(values: Readonly<Record<string, JsonValue>>): Map<string, StateEntry> {
  const entries = new Map<string, StateEntry>();
  for (const [key, value] of Object.entries(checkedCopy(values))) {
    entries.set(key, { value, origin: "host", version: 1 });
  }
  return entries;
}

function checkedCopy(values: Readonly<Record<string, JsonValue>>): JsonObject {
  try {
    // One level more, for the record itself.
    return copyJson(values, { maxDepth: DEFAULT_LIMITS.max_depth + 1, maxBytes: Infinity }) as JsonObject;
  } catch (error) {
    if (!(error instanceof JsonInvalidError)) throw error;
    throw new StateValueInvalidError(`initial value at ${error.message}`, { cause: error });
  }
}
