import type { JsonValue } from "@car/ir";
import fc from "fast-check";

type Arbitrary = fc.Arbitrary<JsonValue>;

const anyName = fc.constantFrom("a", "b", "c", "__proto__", "toString");
const anyScalar = fc.constantFrom<JsonValue>(null, true, false, 0, 1, -1, 0.3, 1e17, "", "a", "ab", "a\u{1f600}");
const anyCount = fc.constantFrom(0, 1, 2, 3);
const anyNames = fc.uniqueArray(anyName, { maxLength: 2 });
const anyPattern = fc.constantFrom("^a", "b$", "^(a|b)*$", "[^a]", "\\d");
const anyType = fc.constantFrom("null", "boolean", "number", "integer", "string", "array", "object");

/** For tests: a JSON value of few names and scalars, so that it meets schemas of the same names. */
export const anyInstance: Arbitrary = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    anyScalar,
    fc.array(tie("value"), { maxLength: 4 }),
    mapOf(anyName, tie("value")),
  ),
})).value;

/** For tests: a valid schema of any keywords, whose references lead to itself and to two definitions. */
export const anySchema: Arbitrary = fc
  .tuple(keywordSet(anyKeyword()), keywordSet(anyKeyword()))
  .map(([root, x]) => ({ ...root, $defs: { x: { ...x, $dynamicAnchor: "x" }, y: { $anchor: "y", type: "string" } } }));

/** For tests: a valid schema that generated code can check in full. */
export const anyPlainSchema: Arbitrary = fc.letrec<{ schema: JsonValue }>((tie) => ({
  schema: fc.oneof({ maxDepth: 3, depthSize: "small" }, fc.boolean(), keywordSet(plainKeyword(tie("schema")))),
})).schema;

type Entry = readonly [keyword: string, value: JsonValue];

function anyKeyword(): fc.Arbitrary<Entry> {
  return fc.letrec<{ keyword: Entry }>((tie) => {
    const schema = fc.oneof(
      { maxDepth: 3, depthSize: "small" },
      fc.constantFrom<JsonValue>(true, false, { type: "string" }, { const: 1 }),
      keywordSet(tie("keyword")),
    );
    return { keyword: fc.oneof(plainKeyword(schema), otherKeyword(schema)) };
  }).keyword;
}

function keywordSet(keyword: fc.Arbitrary<Entry>): fc.Arbitrary<Record<string, JsonValue>> {
  return fc.array(keyword, { maxLength: 4 }).map((entries) => Object.fromEntries(entries));
}

function plainKeyword(schema: Arbitrary): fc.Arbitrary<Entry> {
  return oneKeyword({
    type: fc.oneof(anyType, fc.uniqueArray(anyType, { minLength: 1, maxLength: 3 })),
    enum: fc.array(anyScalar, { minLength: 1, maxLength: 4 }),
    const: anyScalar,
    minimum: anyCount,
    maximum: anyCount,
    exclusiveMinimum: anyCount,
    exclusiveMaximum: anyCount,
    minLength: anyCount,
    maxLength: anyCount,
    required: fc.uniqueArray(fc.constantFrom("a", "b"), { maxLength: 2 }),
    minProperties: anyCount,
    maxProperties: anyCount,
    minItems: anyCount,
    maxItems: anyCount,
    nullable: fc.boolean(),
    format: fc.constantFrom("date", "nothing"),
    properties: mapOf(fc.constantFrom("a", "b", "c"), schema),
    additionalProperties: schema,
    items: schema,
    prefixItems: listOf(schema),
    allOf: listOf(schema),
    anyOf: listOf(schema),
    oneOf: listOf(schema),
    not: schema,
    if: schema,
    then: schema,
    else: schema,
  });
}

function otherKeyword(schema: Arbitrary): fc.Arbitrary<Entry> {
  return oneKeyword({
    enum: fc.array(anyInstance, { maxLength: 4 }),
    const: anyInstance,
    multipleOf: fc.constantFrom(1, 0.1, 3),
    pattern: anyPattern,
    required: anyNames,
    dependentRequired: mapOf(anyName, anyNames),
    uniqueItems: fc.boolean(),
    contains: schema,
    minContains: anyCount,
    maxContains: anyCount,
    properties: mapOf(anyName, schema),
    patternProperties: mapOf(anyPattern, schema),
    propertyNames: schema,
    dependentSchemas: mapOf(anyName, schema),
    unevaluatedProperties: schema,
    unevaluatedItems: schema,
    $ref: fc.constantFrom("#", "#/$defs/x", "#y"),
    $dynamicRef: fc.constantFrom("#x", "#y"),
  });
}

function oneKeyword(keywords: Readonly<Record<string, fc.Arbitrary<JsonValue>>>): fc.Arbitrary<Entry> {
  return fc.oneof(...Object.entries(keywords).map(([name, value]) => value.map((one): Entry => [name, one])));
}

function listOf(schema: Arbitrary): Arbitrary {
  return fc.array(schema, { minLength: 1, maxLength: 3 });
}

function mapOf(name: fc.Arbitrary<string>, value: Arbitrary): Arbitrary {
  return fc.array(fc.tuple(name, value), { maxLength: 3 }).map((entries) => Object.fromEntries(entries));
}
