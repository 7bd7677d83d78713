import type { JsonObject, JsonValue } from "@car/ir";
import { setOwn } from "@car/ir/internal";
import type { PayloadPath } from "./sensitive-keys.js";

/** What stands for a hidden value. */
const REDACTED = "[redacted]";

/** Members that hold the value of the state key beside them: `{ "key": "password", "value": "..." }`. */
const KEYED_VALUES: ReadonlySet<string> = new Set(["value", "expected", "expected_value", "trusted"]);

/** The payload without what `isSensitive` names; the payload itself when there is nothing to hide. */
export function hideValues<T extends JsonValue>(data: T, isSensitive: (path: PayloadPath) => boolean): T {
  return hideIn(data, [], isSensitive) as T;
}

function hideIn(value: JsonValue, path: PayloadPath, isSensitive: (path: PayloadPath) => boolean): JsonValue {
  if (typeof value !== "object" || value === null) return value;
  const keyedBy = keyOf(value);
  let isChanged = false;
  const hide = (member: JsonValue, step: string | number): JsonValue => {
    const place = [...path, step];
    const isHidden = isSensitive(place) || (isKeyedValue(step, keyedBy) && isSensitive([...path, keyedBy ?? ""]));
    const shown = isHidden ? REDACTED : hideIn(member, place, isSensitive);
    if (shown !== member) isChanged = true;
    return shown;
  };
  const copy = Array.isArray(value) ? value.map(hide) : mapMembers(value as JsonObject, hide);
  return isChanged ? copy : value;
}

function keyOf(value: object): string | undefined {
  const key: unknown = Object.hasOwn(value, "key") ? (value as { key?: unknown }).key : undefined;
  return typeof key === "string" ? key : undefined;
}

function isKeyedValue(step: string | number, key: string | undefined): boolean {
  return key !== undefined && KEYED_VALUES.has(String(step));
}

function mapMembers(object: JsonObject, map: (member: JsonValue, name: string) => JsonValue): JsonObject {
  const copy: Record<string, JsonValue> = {};
  for (const name of Object.keys(object)) setOwn(copy, name, map(object[name] ?? null, name));
  return copy;
}
