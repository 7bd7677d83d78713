import type { JsonValue } from "@car/ir";
import { hideValues } from "./hide-values.js";
import { COMMON_SECRET_KEYS, type SensitiveKeys, sensitivityOf } from "./sensitive-keys.js";

/** A value as people may see it: what stands under a name of `keys` is hidden, wherever it is. */
export function hideSecrets(value: JsonValue, keys: SensitiveKeys = COMMON_SECRET_KEYS): JsonValue {
  return hideValues(value, sensitivityOf(keys));
}
