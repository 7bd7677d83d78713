import type { JsonObject, JsonValue } from "@car/ir";
import fc from "fast-check";
import type { Dialect } from "../schema/dialect.js";

const name = fc.constantFrom("a", "b", "ab", "length");
const names = fc.uniqueArray(name, { minLength: 1, maxLength: 2 });
const small = fc.integer({ min: 0, max: 3 });
const text = fc.constantFrom("", "a", "ab", "B", "a-b", "\u00e9");
const leaf: fc.Arbitrary<JsonValue> = fc.oneof(fc.constantFrom(null, true, false, 0, 1, 2, -1, 1.5), text);

/** Values that schemas made here tell apart. */
export const anyValue: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.uniqueArray(fc.tuple(name, tie("value")), { maxLength: 3, selector: ([key]) => key }).map(objectOf),
  ),
})).value;

/** A schema that is one in this draft. Without `contains`: the judge that it is put to takes some empty lists for whole. */
export function anySchemaOf(dialect: Dialect): fc.Arbitrary<JsonObject> {
  const { schema } = fc.letrec<{ schema: JsonValue; object: JsonObject }>((tie) => ({
    schema: fc.oneof(
      { maxDepth: 3 },
      // Draft 4 had no true and false for any schema.
      { weight: 1, arbitrary: dialect === 4 ? simple(dialect) : fc.boolean() },
      { weight: 8, arbitrary: tie("object") },
    ),
    object: fc
      .tuple(simple(dialect), fc.array(nested(dialect, tie("schema")), { maxLength: 2 }))
      .map(([own, parts]) => Object.fromEntries([own, ...parts].flatMap((part) => Object.entries(part)))),
  }));
  const $schema =
    dialect < 2019
      ? `http://json-schema.org/draft-0${dialect}/schema#`
      : `https://json-schema.org/draft/${dialect === 2019 ? "2019-09" : "2020-12"}/schema`;
  const root = schema.filter((value) => typeof value === "object") as fc.Arbitrary<JsonObject>;
  const definition = simple(dialect);
  return fc
    .tuple(root, definition)
    .map(([own, d]) => ({ ...own, $schema, definitions: { d } }))
    .filter((own) => dialect >= 2019 || !("$ref" in own));
}

/** Keywords without schemas in them. */
function simple(dialect: Dialect): fc.Arbitrary<JsonObject> {
  const types = fc.constantFrom("array", "boolean", "integer", "null", "number", "object", "string");
  const keywords: Record<string, fc.Arbitrary<JsonValue>> = {
    type: fc.oneof(types, fc.uniqueArray(types, { minLength: 1, maxLength: 3 })),
    enum: fc.uniqueArray(leaf, { minLength: 1, maxLength: 4 }),
    maximum: small,
    minLength: small,
    maxLength: small,
    minItems: small,
    maxItems: small,
    uniqueItems: fc.boolean(),
    required: names,
    maxProperties: small,
    pattern: fc.constantFrom("^a", "b$", "^[a-z-]+$"),
    title: text,
    ...(dialect === 4 ? {} : { const: leaf, exclusiveMinimum: small }),
    ...(dialect < 2019 ? {} : { dependentRequired: fc.dictionary(name, names, { maxKeys: 2 }) }),
  };
  const limit = fc.tuple(small, fc.boolean()).map(([minimum, exclusiveMinimum]) => ({ minimum, exclusiveMinimum }));
  const own = fc
    .uniqueArray(fc.constantFrom(...Object.keys(keywords)), { maxLength: 3 })
    .chain((chosen) => fc.record(Object.fromEntries(chosen.map((key) => [key, keywords[key]!]))));
  return dialect === 4 ? fc.tuple(own, fc.option(limit)).map(([a, b]) => ({ ...a, ...b })) : own;
}

function nested(dialect: Dialect, schema: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonObject> {
  const list = fc.array(schema, { minLength: 1, maxLength: 2 });
  const map = fc.uniqueArray(fc.tuple(name, schema), { maxLength: 2, selector: ([key]) => key }).map(objectOf);
  const one = (keyword: string, value: fc.Arbitrary<JsonValue>) => value.map((held) => ({ [keyword]: held }));
  const tuple = fc
    .tuple(list, schema, fc.boolean())
    .map(([items, additionalItems, hasMore]) => ({ items, ...(hasMore ? { additionalItems } : {}) }));
  return fc.oneof(
    one("properties", map),
    one("additionalProperties", schema),
    one(
      "patternProperties",
      fc.tuple(fc.constantFrom("^a", "b$"), schema).map((entry) => objectOf([entry])),
    ),
    one("items", schema),
    ...["allOf", "anyOf", "oneOf"].map((keyword) => one(keyword, list)),
    one("not", schema),
    fc.constant({ $ref: "#/definitions/d", type: "string" }),
    ...(dialect === 2020 ? [one("prefixItems", list)] : [tuple]),
    ...(dialect < 2019 ? [one("dependencies", fc.oneof(map, fc.dictionary(name, names, { maxKeys: 2 })))] : []),
    ...(dialect === 4 ? [] : [one("propertyNames", schema)]),
    ...(dialect < 7 ? [] : [fc.record({ if: schema, then: schema, else: schema }) as fc.Arbitrary<JsonObject>]),
    ...(dialect < 2019 ? [] : [one("dependentSchemas", map)]),
  );
}

const keyword = fc.constantFrom(
  ...[
    "$anchor",
    "$defs",
    "$id",
    "$ref",
    "$recursiveRef",
    "$dynamicRef",
    "$schema",
    "additionalItems",
    "allOf",
    "anyOf",
  ],
  ...["additionalProperties", "const", "contains", "default", "definitions", "dependencies", "enum", "examples", "id"],
  ...[
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "if",
    "items",
    "maximum",
    "minimum",
    "not",
    "nullable",
    "oneOf",
  ],
  ...[
    "pattern",
    "patternProperties",
    "prefixItems",
    "properties",
    "required",
    "then",
    "title",
    "type",
    "a",
    "__proto__",
  ],
  ...["unevaluatedItems", "unevaluatedProperties", "maxContains", "description", "readOnly"],
);
const word = fc.constantFrom(
  ...[
    "int",
    "STRING",
    "any",
    "object",
    "array",
    "null",
    "#",
    "#/$defs/a",
    "#a",
    "http://x/y#z",
    "^(?P<a>b)\\Z",
    "[\\w-.]",
  ],
  ...["(?i)x", "(a+)+$", "http://json-schema.org/draft-04/schema#", "http://json-schema.org/draft-07/schema#", "date"],
);

/** What may stand where a schema is expected: nearly one, or nothing like it. */
export const anyJunk: fc.Arbitrary<JsonValue> = fc.letrec<{ junk: JsonValue }>((tie) => ({
  junk: fc.oneof(
    { maxDepth: 4 },
    { weight: 2, arbitrary: leaf },
    { weight: 2, arbitrary: word },
    { weight: 1, arbitrary: fc.array(tie("junk"), { maxLength: 3 }) },
    {
      weight: 5,
      arbitrary: fc
        .uniqueArray(fc.tuple(keyword, tie("junk")), { maxLength: 4, selector: ([key]) => key })
        .map(objectOf),
    },
  ),
})).junk;

function objectOf(entries: readonly (readonly [string, JsonValue])[]): JsonObject {
  // As `JSON.parse` makes it: a member called `__proto__` is one.
  return JSON.parse(
    `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join()}}`,
  ) as JsonObject;
}
