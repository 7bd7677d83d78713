import type { JsonObject, JsonValue } from "@car/ir";

/** Names the function that checks a part of the schema. */
type NameOf = (part: JsonValue) => string;

/** The statements by which one keyword refuses `d`: each returns `false`, or does nothing. */
type Writer = (value: JsonValue, nameOf: NameOf, schema: JsonObject) => readonly string[];

/** The body of a function of `d` (and of a variable `m`) that checks everything that `schema` says, and falls through. */
export function statementsOf(schema: JsonObject, nameOf: NameOf): readonly string[] {
  return Object.entries(schema).flatMap(([keyword, value]) => WRITERS[keyword]?.(value, nameOf, schema) ?? []);
}

const IS_OBJECT = `typeof d === "object" && d !== null && !Array.isArray(d)`;
const IS_ARRAY = "Array.isArray(d)";

const TYPES: Readonly<Record<string, string>> = {
  string: `typeof d === "string"`,
  number: "Number.isFinite(d)",
  integer: "Number.isSafeInteger(d)",
  boolean: `typeof d === "boolean"`,
  object: IS_OBJECT,
  array: IS_ARRAY,
  null: "d === null",
};

/** One for each of `PLAIN_KEYWORDS`, and the conditions that `plainSchema` keeps together. */
const WRITERS: Readonly<Record<string, Writer>> = {
  type: (value) =>
    unless(
      [value]
        .flat()
        .map((type) => `(${TYPES[type as string]})`)
        .join(" || "),
    ),
  enum: (values) => unless((values as readonly JsonValue[]).map((value) => `d === ${literal(value)}`).join(" || ")),
  const: (value) => unless(`d === ${literal(value)}`),
  minimum: (limit) => unless(`typeof d !== "number" || d >= ${literal(limit)}`),
  maximum: (limit) => unless(`typeof d !== "number" || d <= ${literal(limit)}`),
  exclusiveMinimum: (limit) => unless(`typeof d !== "number" || d > ${literal(limit)}`),
  exclusiveMaximum: (limit) => unless(`typeof d !== "number" || d < ${literal(limit)}`),
  // A string of n code units has between n/2 and n code points, so counting is seldom needed.
  minLength: (limit) => {
    const enough = `d.length >= ${literal(limit)} && (d.length >= ${twice(limit)} || lengthOf(d) >= ${literal(limit)})`;
    return unless(`typeof d !== "string" || (${enough})`);
  },
  maxLength: (limit) => {
    const counted = `d.length <= ${twice(limit)} && lengthOf(d) <= ${literal(limit)}`;
    return unless(`typeof d !== "string" || d.length <= ${literal(limit)} || (${counted})`);
  },
  minItems: (limit) => unless(`!${IS_ARRAY} || d.length >= ${literal(limit)}`),
  maxItems: (limit) => unless(`!${IS_ARRAY} || d.length <= ${literal(limit)}`),
  minProperties: (limit) => unless(`!(${IS_OBJECT}) || Object.keys(d).length >= ${literal(limit)}`),
  maxProperties: (limit) => unless(`!(${IS_OBJECT}) || Object.keys(d).length <= ${literal(limit)}`),
  required: (names) =>
    ifObject((names as readonly string[]).map((name) => `if (d[${literal(name)}] === undefined) return false;`)),
  properties: (members, nameOf) =>
    ifObject(Object.entries(members as JsonObject).map((member) => checked(member, nameOf))),
  additionalProperties: (value, nameOf, schema) =>
    value === true ? [] : ifObject([additional(nameOf(value), schema)]),
  items: (value, nameOf, { prefixItems = [] }) => [
    `if (${IS_ARRAY}) for (let i = ${(prefixItems as readonly JsonValue[]).length}; i < d.length; i++) if (!${nameOf(value)}(d[i])) return false;`,
  ],
  prefixItems: (values, nameOf) =>
    (values as readonly JsonValue[]).map(
      (value, index) => `if (${IS_ARRAY} && d.length > ${index} && !${nameOf(value)}(d[${index}])) return false;`,
    ),
  allOf: (values, nameOf) => unless(calls(values, nameOf).join(" && ")),
  anyOf: (values, nameOf) => unless(calls(values, nameOf).join(" || ")),
  oneOf: (values, nameOf) => unless(`${["0", ...calls(values, nameOf)].join(" + ")} === 1`),
  not: (value, nameOf) => unless(`!${nameOf(value)}(d)`),
  if: (value, nameOf, { then: consequence = true, else: alternative = true }) =>
    unless(`${nameOf(value)}(d) ? ${nameOf(consequence)}(d) : ${nameOf(alternative)}(d)`),
};

function unless(condition: string): readonly string[] {
  return [`if (!(${condition})) return false;`];
}

function ifObject(statements: readonly string[]): readonly string[] {
  return [`if (${IS_OBJECT}) {`, ...statements, "}"];
}

/** A member is read once: it may be a getter. */
function checked([name, schema]: readonly [string, JsonValue], nameOf: NameOf): string {
  return `m = d[${literal(name)}]; if (m !== undefined && !${nameOf(schema)}(m)) return false;`;
}

function additional(check: string, { properties = {} }: JsonObject): string {
  const isNamed = Object.keys(properties as JsonObject).map((name) => `n === ${literal(name)}`);
  const isSkipped = [...isNamed, "!Object.hasOwn(d, n)"].join(" || ");
  return `for (const n in d) if (!(${isSkipped}) && !${check}(d[n])) return false;`;
}

function calls(values: JsonValue, nameOf: NameOf): readonly string[] {
  return (values as readonly JsonValue[]).map((value) => `${nameOf(value)}(d)`);
}

/** As JSON writes it, which is how JavaScript writes it too. */
function literal(value: JsonValue): string {
  return JSON.stringify(value);
}

function twice(limit: JsonValue): string {
  return literal(2 * (limit as number));
}
