import { type JsonObject, type JsonValue, ToolError } from "@car/ir";
import { isWellFormed } from "@car/ir/internal";

/** What libsql can bind without losing anything. It would end the process over a boolean. */
export type BoundValue = null | bigint | number | string | Uint8Array;

/** A value, and how its place in a statement is written. */
export interface Bound {
  readonly place: "?" | "CAST(? AS TEXT)";
  readonly value: BoundValue;
}

const marked = (name: string, description: string): JsonObject => ({
  type: "object",
  properties: { [name]: { type: "string", description } },
  required: [name],
  additionalProperties: false,
});

/** JSON Schema of a value. */
export const VALUE_SCHEMA: JsonObject = {
  description: "Text, number, true (1), false (0), null, or what JSON cannot hold as an object.",
  anyOf: [
    { type: ["string", "number", "boolean", "null"] },
    marked("integer", "decimal digits of an integer beyond 2^53"),
    marked("real", "a floating-point number, such as `5`, `Infinity` or `-Infinity`"),
    marked("blob", "bytes in base64"),
    marked("text", "the bytes of a text that is no UTF-8, in base64"),
  ],
};

/**
 * A JSON value as SQLite gets it: whole numbers are integers, other numbers are reals.
 * @param name - what to call it in an error.
 * @throws `ToolError` (`invalid`) for a value that would become another one.
 */
export function boundOf(value: JsonValue, name: string): Bound {
  const refuse = (problem: string): never => {
    throw new ToolError(`${name}: ${problem}`, { class: "invalid" });
  };
  if (value === null) return { place: "?", value };
  if (typeof value === "boolean") return { place: "?", value: value ? 1n : 0n };
  if (typeof value === "number") {
    if (Number.isInteger(value) && Math.abs(value) < 1e19 && !Number.isSafeInteger(value)) {
      refuse('a whole number beyond 2^53 is written as {"integer": "..."} or {"real": "..."}');
    }
    return { place: "?", value: Number.isSafeInteger(value) ? BigInt(value) : value };
  }
  if (typeof value === "string") {
    if (!isWellFormed(value)) refuse("the text has half of a surrogate pair");
    // libsql ends texts at a NUL.
    return value.includes("\0") ? { place: "CAST(? AS TEXT)", value: Buffer.from(value) } : { place: "?", value };
  }
  const [[kind, content] = [], ...more] = Object.entries(value);
  if (typeof content !== "string" || more.length > 0) return refuse("it is no value of SQLite");
  if (kind === "integer") return { place: "?", value: integerOf(content) ?? refuse("it is no integer of 64 bits") };
  if (kind === "real") return { place: "?", value: realOf(content) ?? refuse("it is no floating-point number") };
  if (kind !== "blob" && kind !== "text") return refuse("it is no value of SQLite");
  const bytes = Buffer.from(content, "base64");
  if (bytes.toString("base64") !== content) refuse("it is no base64");
  return { place: kind === "blob" ? "?" : "CAST(? AS TEXT)", value: bytes };
}

function integerOf(text: string): bigint | undefined {
  if (!/^-?\d{1,19}$/.test(text)) return undefined;
  const value = BigInt(text);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

function realOf(text: string): number | undefined {
  const value = /^-?(?:\d|Infinity$)/.test(text) ? Number(text) : NaN;
  return Number.isNaN(value) ? undefined : value;
}

/** Values for the `?` of a text that somebody else wrote. Throws as `boundOf` does, and for what does not fit a plain `?`. */
export function boundParams(params: readonly JsonValue[]): BoundValue[] {
  return params.map((param, index) => {
    const { place, value } = boundOf(param, `params[${index}]`);
    if (place === "?") return value;
    throw new ToolError(`params[${index}]: a text with a NUL, or that is no UTF-8, cannot be a parameter`, {
      class: "invalid",
    });
  });
}

/** Selects columns so that nothing is lost on the way: each as its type and its value, texts as their bytes. */
export function selected(expressions: readonly string[]): string {
  return expressions
    .map((e) => `typeof(${e}), CASE typeof(${e}) WHEN 'text' THEN CAST(${e} AS BLOB) ELSE ${e} END`)
    .join(", ");
}

/** Exact values keep apart 5 and 5.0; plain ones are for reading. */
export type Precision = "exact" | "plain";

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The JSON of what `selected` selected. */
export function jsonRow(selected: readonly unknown[], precision: Precision): JsonValue[] {
  const row: JsonValue[] = [];
  for (let at = 0; at < selected.length; at += 2) row.push(jsonOf(selected[at], selected[at + 1], precision));
  return row;
}

function jsonOf(type: unknown, value: unknown, precision: Precision): JsonValue {
  if (type === "text") return textOf(value as Uint8Array);
  if (type === "blob") return { blob: Buffer.from(value as Uint8Array).toString("base64") };
  if (type === "integer") {
    const integer = value as bigint;
    return BigInt(Number(integer)) === integer && Number.isSafeInteger(Number(integer))
      ? Number(integer)
      : { integer: String(integer) };
  }
  if (type !== "real") return null;
  const real = value as number;
  if (Number.isFinite(real) && (precision === "plain" || !Number.isInteger(real))) return real;
  return { real: Object.is(real, -0) ? "-0" : String(real) };
}

function textOf(bytes: Uint8Array): JsonValue {
  try {
    return UTF8.decode(bytes);
  } catch {
    return { text: Buffer.from(bytes).toString("base64") };
  }
}
