import type { JsonValue } from "@car/ir";
import type { CedarValueJson } from "@cedar-policy/cedar-wasm/nodejs";

/** What Cedar has no value for; the message says which, and quotes nothing. */
export class NotInCedar extends Error {}

const MAX_DEPTH = 64;
/** Names that Cedar's JSON reads as entities and as calls of extension functions: nobody may smuggle those in. */
const RESERVED: ReadonlySet<string> = new Set(["__entity", "__extn", "__expr"]);
const DECIMAL_LIMIT = 922_337_203_685_476;

/**
 * The Cedar value of a JSON value: texts, booleans, whole numbers, decimals of at most four places, sets and records. A
 * member that is null is left out.
 * @throws `NotInCedar` for anything else: other numbers, null in a list, reserved names, half of a surrogate pair.
 */
function cedarValue(value: JsonValue, depth = 0): CedarValueJson {
  if (depth > MAX_DEPTH) throw new NotInCedar(`nested deeper than ${MAX_DEPTH}`);
  switch (typeof value) {
    case "boolean":
      return value;
    case "string":
      return wellFormed(value);
    case "number":
      return numberValue(value);
    case "object":
      if (value === null) throw new NotInCedar("null where a value must stand");
      return Array.isArray(value)
        ? value.map((each: JsonValue) => cedarValue(each, depth + 1))
        : cedarRecord(value as Readonly<Record<string, JsonValue>>, depth);
    default:
      throw new NotInCedar(`a value of type ${typeof value}`);
  }
}

/** The record of an object's own members. Throws as `cedarValue` does. */
export function cedarRecord(object: Readonly<Record<string, JsonValue>>, depth = 0): Record<string, CedarValueJson> {
  const record = Object.create(null) as Record<string, CedarValueJson>;
  for (const [name, value] of Object.entries(object)) {
    if (RESERVED.has(name)) throw new NotInCedar("a name that is reserved in Cedar");
    if (value !== null) record[wellFormed(name)] = cedarValue(value, depth + 1);
  }
  return record;
}

function numberValue(value: number): CedarValueJson {
  if (Number.isSafeInteger(value)) return value;
  const text = value.toFixed(4);
  if (Math.abs(value) < DECIMAL_LIMIT && Number(text) === value) return { __extn: { fn: "decimal", arg: text } };
  throw new NotInCedar("a number that is neither whole nor a decimal of four places");
}

function wellFormed(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw new NotInCedar("half of a surrogate pair");
  return text;
}
