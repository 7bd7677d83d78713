import { DEFAULT_LIMITS, JsonInvalidError, type JsonValue, type StateEntry, StateValueInvalidError } from "@car/ir";
import { copyMembers } from "@car/ir/internal";

/**
 * The entries of a store that starts with the host's own values. They are copied and frozen.
 * @throws `StateValueInvalidError`, naming the key, when a value is not JSON.
 */
export function initialEntries(values: Readonly<Record<string, JsonValue>>): Map<string, StateEntry> {
  const entries = new Map<string, StateEntry>();
  try {
    // One level more, for the record itself.
    copyMembers(values, { maxDepth: DEFAULT_LIMITS.max_depth + 1, maxBytes: Infinity }, (key, value) => {
      entries.set(key, { value, origin: "host", version: 1 });
    });
  } catch (error) {
    if (!(error instanceof JsonInvalidError)) throw error;
    throw new StateValueInvalidError(`initial value at ${error.message}`, { cause: error });
  }
  return entries;
}
