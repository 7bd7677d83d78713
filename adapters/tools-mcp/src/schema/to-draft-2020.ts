import { type JsonObject, type JsonValue, SchemaInvalidError } from "@car/ir";
import { setOwn } from "@car/ir/internal";
import { type Dialect, dialectOf, heeds } from "./dialect.js";
import { ecmaPattern } from "./ecma-pattern.js";
import { fromEntries, isList, isObject, LIST, MAP, mapValues, ONE } from "./schema-shapes.js";
import { orNull, typeInWords } from "./type-words.js";

/** A schema in JSON Schema 2020-12. */
export interface Translated {
  readonly schema: JsonValue;
  /** What the translation does not check though the original does, each with its reason. */
  readonly unchecked: readonly string[];
}

/** Tells whether a `pattern` can be matched here. */
export type PatternTest = (pattern: string) => boolean;

/** Deeper schemas are refused; the runtime takes none of this depth. */
const MAX_DEPTH = 100;
const ANCHOR = /^[A-Za-z_][-A-Za-z0-9._]*$/;
/** A pattern that fits every name. */
const ANY_NAME = "^";

/**
 * The same schema, said in JSON Schema 2020-12: from drafts 4 to 2019-09 if it names one, and with what people write that is in no
 * draft but has only one meaning. A value that the original accepts is accepted; one that it refuses is refused, unless
 * `unchecked` says what could not be said.
 *
 * What has no certain meaning stays, and makes the schema invalid.
 * @throws `SchemaInvalidError` for a schema that is nested too deep.
 */
export function toDraft2020(schema: JsonValue, isPattern: PatternTest): Translated {
  const translation = new Translation(isPattern);
  return { schema: translation.schema(schema, 2020), unchecked: [...translation.unchecked] };
}

class Translation {
  readonly unchecked = new Set<string>();
  private readonly isPattern: PatternTest;
  private depth = 0;

  constructor(isPattern: PatternTest) {
    this.isPattern = isPattern;
  }

  schema(value: JsonValue, around: Dialect): JsonValue {
    if (!isObject(value)) return value;
    if (++this.depth > MAX_DEPTH) throw new SchemaInvalidError(`a schema is nested deeper than ${MAX_DEPTH}`);
    const dialect = dialectOf(value, around);
    const result: Record<string, JsonValue> = {};
    for (const [keyword, part] of Object.entries(value)) {
      if (heeds(dialect, keyword, value)) this.keyword(result, keyword, part, { schema: value, dialect });
    }
    this.depth--;
    return withNull(withRequired(result, value, dialect), value, dialect);
  }

  private keyword(result: Record<string, JsonValue>, keyword: string, value: JsonValue, within: Within): void {
    const { schema, dialect } = within;
    // Languages that write an absent list or object as null, or an empty object as a list.
    if (value === null && !DATA.has(keyword)) return;
    if (MAP.has(keyword) && isList(value) && value.length === 0) return;
    if (keyword === "$schema" || WORDS.get(keyword)?.(value) === false) return;
    switch (keyword) {
      case "id":
      case "$id":
        return keyword === "id" && dialect !== 4 ? undefined : addId(result, value);
      case "$recursiveAnchor":
        return addDefined(result, "$dynamicAnchor", value === true ? RECURSIVE : undefined);
      case "$recursiveRef":
        return addDefined(result, "$dynamicRef", `#${RECURSIVE}`);
      case "type":
        return addDefined(result, keyword, typeInWords(value));
      case "enum":
        if (isList(value) && value.length === 0) this.unchecked.add("`enum`: it lists no value");
        else result[keyword] = value;
        return;
      case "required":
        // A word about the property itself, which the schema around it heeds.
        if (typeof value !== "boolean") result[keyword] = isList(value) ? [...new Set(value)] : value;
        return;
      case "exclusiveMinimum":
      case "exclusiveMaximum":
        return addExclusive(result, keyword, schema);
      case "minimum":
      case "maximum":
        if (schema[`exclusive${keyword === "minimum" ? "Minimum" : "Maximum"}`] !== true) result[keyword] = value;
        return;
      case "pattern":
        return addDefined(result, keyword, this.pattern(value));
      case "patternProperties":
        return addDefined(result, keyword, isObject(value) ? this.patterns(value, dialect) : value);
      case "items":
        return this.items(result, value, dialect);
      case "additionalItems":
        // It speaks of what comes after a tuple.
        if (isList(schema["items"])) result["items"] = this.schema(value, dialect);
        return;
      case "dependencies":
        return this.dependencies(result, value, dialect);
      default:
        setOwn(result, keyword, this.plain(keyword, value, dialect));
    }
  }

  private plain(keyword: string, value: JsonValue, dialect: Dialect): JsonValue {
    if (ONE.has(keyword)) return this.schema(value, dialect);
    if (LIST.has(keyword) && isList(value)) return value.map((item) => this.schema(item, dialect));
    if (!MAP.has(keyword) || !isObject(value)) return value;
    return mapValues(value, (schema) => {
      if (keyword !== "properties" || isObject(schema) || typeof schema === "boolean")
        return this.schema(schema, dialect);
      this.unchecked.add("a property: its schema is none");
      return true;
    });
  }

  private items(result: Record<string, JsonValue>, value: JsonValue, dialect: Dialect): void {
    if (!isList(value)) result["items"] = this.schema(value, dialect);
    else if (value.length > 0) result["prefixItems"] = value.map((item) => this.schema(item, dialect));
  }

  private pattern(value: JsonValue): JsonValue | undefined {
    if (typeof value !== "string" || this.isPattern(value)) return value;
    const translated = ecmaPattern(value);
    if (translated !== undefined && this.isPattern(translated)) return translated;
    this.unchecked.add(`the pattern ${JSON.stringify(value)}`);
    return undefined;
  }

  /** A name pattern that cannot be matched may fit any name. */
  private patterns(value: JsonObject, dialect: Dialect): JsonObject {
    return fromEntries(
      Object.entries(value).map(([name, schema]) => {
        const pattern = this.pattern(name) as string | undefined;
        return pattern === undefined ? [ANY_NAME, true] : [pattern, this.schema(schema, dialect)];
      }),
    );
  }

  /** Names or schemas; today those are two keywords. */
  private dependencies(result: Record<string, JsonValue>, value: JsonValue, dialect: Dialect): void {
    if (!isObject(value)) result["dependencies"] = value;
    else if (dialect >= 2019) result["dependencies"] = mapValues(value, (schema) => this.schema(schema, dialect));
    else {
      const entries = Object.entries(value);
      const names = entries.filter(([, names]) => isList(names));
      const schemas = entries.filter(([, schema]) => !isList(schema));
      if (names.length > 0) {
        result["dependentRequired"] = fromEntries(
          names.map(([name, list]) => [name, [...new Set(list as JsonValue[])]]),
        );
      }
      if (schemas.length > 0) {
        result["dependentSchemas"] = fromEntries(schemas.map(([name, schema]) => [name, this.schema(schema, dialect)]));
      }
    }
  }
}

interface Within {
  readonly schema: JsonObject;
  readonly dialect: Dialect;
}

/** Keywords that hold data, of which null is some. */
const DATA: ReadonlySet<string> = new Set(["const", "default", "example"]);
const isString = (value: JsonValue): boolean => typeof value === "string";
const isBoolean = (value: JsonValue): boolean => typeof value === "boolean";
/** Keywords that only describe, and what they hold. One that holds something else is left out. */
const WORDS: ReadonlyMap<string, (value: JsonValue) => boolean> = new Map([
  ["$comment", isString],
  ["deprecated", isBoolean],
  ["description", isString],
  ["examples", isList],
  ["format", isString],
  ["readOnly", isBoolean],
  ["title", isString],
  ["writeOnly", isBoolean],
]);
/** The anchor of what 2019-09 leads to with `$recursiveRef`. */
const RECURSIVE = "recursive";

function addDefined(result: Record<string, JsonValue>, keyword: string, value: JsonValue | undefined): void {
  if (value !== undefined) result[keyword] = value;
}

/** A name inside the document was written as an identifier's fragment; a place inside it is no name at all. */
function addId(result: Record<string, JsonValue>, id: JsonValue): void {
  if (typeof id !== "string") return;
  const [document = "", fragment = ""] = id.split("#", 2);
  if (document !== "") result["$id"] = document;
  if (ANCHOR.test(fragment)) result["$anchor"] = fragment;
}

/** Draft 4 said with true that the limit itself is out. */
function addExclusive(result: Record<string, JsonValue>, keyword: string, schema: JsonObject): void {
  const value = schema[keyword];
  if (typeof value !== "boolean") addDefined(result, keyword, value);
  else if (value) addDefined(result, keyword, schema[keyword === "exclusiveMinimum" ? "minimum" : "maximum"]);
}

/** Properties that say of themselves that they are required. */
function withRequired(result: JsonObject, schema: JsonObject, dialect: Dialect): JsonObject {
  const { properties, required = [] } = schema;
  if (!isObject(properties) || !heeds(dialect, "properties", schema)) return result;
  const names = Object.entries(properties).flatMap(([name, property]) =>
    isObject(property) && property["required"] === true ? [name] : [],
  );
  if (names.length === 0) return result;
  return { ...result, required: [...new Set([...(isList(required) ? required : []), ...names])] };
}

/** OpenAPI's word for a value that may be null as well. */
function withNull(result: JsonObject, schema: JsonObject, dialect: Dialect): JsonValue {
  if (schema["nullable"] !== true || !heeds(dialect, "nullable", schema)) return result;
  const { type, enum: values, ...rest } = result;
  if (type === undefined) return Object.keys(result).length === 1 ? result : { anyOf: [{ type: "null" }, result] };
  return {
    ...rest,
    type: orNull(type),
    ...(values === undefined ? {} : { enum: isList(values) && !values.includes(null) ? [...values, null] : values }),
  };
}
