import type { JsonObject, JsonValue } from "@car/ir";
import { dialectFor, type Library, locate, subschemaLocation } from "../document/library.js";
import type { Location } from "../document/resource.js";
import { keywordsOf } from "../keywords/keyword-table.js";
import { PLAIN_KEYWORDS, type PlainSchema } from "./plain-keywords.js";

/** Larger schemas take longer to generate code for than that code can win back. */
const MAX_SCHEMAS = 500;

/** Where the rewriting stands. Once `isPlain` is false the result is worthless. */
interface Projection {
  readonly library: Library;
  /** The schemas around the one being rewritten. */
  readonly open: Set<JsonValue>;
  count: number;
  isPlain: boolean;
}

/**
 * Rewrites a schema for the code generator: references are written out in place, and every word that does not
 * constrain is dropped, so that nothing but `PLAIN_KEYWORDS` reaches it.
 * @returns `undefined` when the schema is recursive, large, or says anything that generated code is not made for.
 */
export function plainSchema(root: Location, library: Library): PlainSchema | undefined {
  const projection: Projection = { library, open: new Set(), count: 0, isPlain: true };
  const plain = project(root, projection);
  return projection.isPlain ? plain : undefined;
}

function project(location: Location, projection: Projection): PlainSchema {
  const { schema } = location;
  if (typeof schema === "boolean") return schema;
  projection.isPlain &&= !projection.open.has(schema) && ++projection.count <= MAX_SCHEMAS;
  if (!projection.isPlain) return false;
  projection.open.add(schema);
  const plain = projectObject({ ...location, schema }, projection);
  projection.open.delete(schema);
  return plain;
}

function projectObject(location: Location & { schema: JsonObject }, projection: Projection): PlainSchema {
  const { schema, resource } = location;
  const inside = (part: JsonValue): PlainSchema =>
    project(subschemaLocation(projection.library, part as JsonObject, location), projection);
  const entries: [string, JsonValue][] = [];
  const joined: PlainSchema[] = [];
  for (const { name } of keywordsOf(schema, dialectFor(projection.library, resource))) {
    const value = schema[name] as JsonValue;
    if (name === "$ref") joined.push(project(locate(projection.library, resource, value as string), projection));
    else if (name === "if") joined.push(conditional(schema, inside));
    else entries.push([name, rewritten(PLAIN_KEYWORDS.get(name)?.(value, inside), projection)]);
  }
  const plain = Object.fromEntries(entries);
  return joined.length === 0 ? plain : { allOf: [plain, ...joined] };
}

function conditional(schema: JsonObject, inside: (part: JsonValue) => PlainSchema): PlainSchema {
  const words = ["if", "then", "else"].filter((word) => Object.hasOwn(schema, word));
  return Object.fromEntries(words.map((word) => [word, inside(schema[word] as JsonValue)]));
}

function rewritten(value: JsonValue | undefined, projection: Projection): JsonValue {
  projection.isPlain &&= value !== undefined;
  return value ?? null;
}
