import type { OtlpAttribute, OtlpValue } from "./otlp-types.js";

/** What an attribute can hold; `undefined` leaves it out. */
export type AttributeValue = string | number | boolean | readonly string[] | undefined;

/** Attributes in OTLP's form, in the order of the names given. Numbers are integers. */
export function attributesOf(values: Readonly<Record<string, AttributeValue>>): readonly OtlpAttribute[] {
  return Object.entries(values).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: otlpValue(value) }],
  );
}

function otlpValue(value: Exclude<AttributeValue, undefined>): OtlpValue {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number") return { intValue: String(Math.trunc(value)) };
  return { arrayValue: { values: value.map((item) => ({ stringValue: item })) } };
}
