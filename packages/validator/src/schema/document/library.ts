import type { JsonObject, JsonValue } from "@car/ir";
import { SchemaInvalidError } from "@car/ir";
import { type Dialect, dialectOf, STANDARD_DIALECT } from "./dialect.js";
import { pointerSteps } from "./json-pointer.js";
import type { Location, Resource } from "./resource.js";
import { isJsonObject } from "./subschema-keywords.js";
import { resolveUri, splitFragment } from "./uri.js";

/** The schema documents that references may name. Nothing is ever fetched. */
export interface Library {
  readonly resources: Map<string, Resource>;
  /** Where each known schema object stands. Weak: a document goes away with the last schema compiled from it. */
  readonly locations: WeakMap<object, Location>;
  /** True when `format` refuses values whatever a schema's dialect says. */
  readonly assertsFormats: boolean;
}

/** A library without documents. */
export function emptyLibrary(): Library {
  return { resources: new Map(), locations: new WeakMap(), assertsFormats: false };
}

/** A library that sees everything in `library`; what is added to the copy stays in the copy. */
export function extendedLibrary(library: Library): Library {
  return { ...library, resources: new Map(library.resources) };
}

/**
 * The schema that a reference names.
 * @throws `SchemaInvalidError` when it names nothing known, or something that is not a schema.
 */
export function locate(library: Library, from: Resource, reference: string): Location {
  const { document, fragment } = splitFragment(reference);
  const uri = resolveUri(from.uri, document);
  const resource = uri === from.uri ? from : library.resources.get(uri);
  const found = resource && locateFragment(library, resource, decoded(fragment));
  if (found === undefined) throw new SchemaInvalidError(`the reference \`${reference}\` names no known schema`);
  return found;
}

/** Where a schema object stands that was found inside `parent`. */
export function subschemaLocation(library: Library, schema: JsonObject | boolean, parent: Location): Location {
  const known = typeof schema === "boolean" ? undefined : library.locations.get(schema);
  return known ?? { schema, resource: parent.resource };
}

/**
 * The vocabularies that judge the schemas of a resource: those of its meta-schema, when that is known.
 * @throws `SchemaInvalidError` when the meta-schema requires an unknown vocabulary.
 */
export function dialectFor(library: Library, { metaschema }: Resource): Dialect {
  const document = metaschema === undefined ? undefined : library.resources.get(splitFragment(metaschema).document);
  const dialect = document === undefined ? STANDARD_DIALECT : dialectOf(document.root);
  return library.assertsFormats ? new Set([...dialect, "format-assertion"]) : dialect;
}

function locateFragment(library: Library, resource: Resource, fragment: string | undefined): Location | undefined {
  if (fragment === undefined) return undefined;
  if (fragment !== "" && !fragment.startsWith("/")) return resource.anchors.get(fragment);
  let current: JsonValue | undefined = resource.root;
  let inside = resource;
  for (const step of pointerSteps(fragment)) {
    current = member(current, step);
    // A pointer may lead into an embedded resource; references found there resolve against its `$id`.
    const known = typeof current === "object" && current !== null ? library.locations.get(current) : undefined;
    inside = known?.resource ?? inside;
  }
  if (typeof current !== "boolean" && !isJsonObject(current)) return undefined;
  return { schema: current, resource: inside };
}

function member(value: JsonValue | undefined, step: string): JsonValue | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
  return (value as JsonObject)[step];
}

function decoded(fragment: string): string | undefined {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return undefined;
  }
}
