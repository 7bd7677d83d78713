import type { JsonObject, JsonValue } from "@car/ir";
import type { Library } from "./library.js";
import type { Location, Resource } from "./resource.js";
import { isJsonObject, subschemasOf } from "./subschema-keywords.js";
import { resolveUri, splitFragment } from "./uri.js";

/**
 * Scans a document for identifiers and anchors, and makes it known under `uri` and under its own `$id`s.
 * @returns the location of its root.
 */
export function addDocument(library: Library, uri: string, document: JsonObject | boolean): Location {
  const base = splitFragment(uri).document;
  const root = newResource(base, document, undefined);
  const location = isJsonObject(document) ? scan(library, document, root) : { schema: document, resource: root };
  library.resources.set(base, location.resource);
  return location;
}

function scan(library: Library, schema: JsonObject, around: Resource): Location {
  const resource = startsResource(schema, around) ? embeddedResource(library, schema, around) : around;
  const location = { schema, resource };
  library.locations.set(schema, location);
  registerAnchors(location);
  for (const subschema of subschemasOf(schema)) scan(library, subschema, resource);
  return location;
}

function startsResource(schema: JsonObject, around: Resource): boolean {
  return typeof schema["$id"] === "string" || schema === around.root;
}

function embeddedResource(library: Library, schema: JsonObject, around: Resource): Resource {
  const { $id, $schema } = schema;
  const uri = typeof $id === "string" ? resolveUri(around.uri, splitFragment($id).document) : around.uri;
  const resource = newResource(uri, schema, typeof $schema === "string" ? $schema : around.metaschema);
  library.resources.set(uri, resource);
  return resource;
}

function registerAnchors({ schema, resource }: Location): void {
  if (!isJsonObject(schema)) return;
  const { $anchor, $dynamicAnchor } = schema;
  for (const name of [$anchor, $dynamicAnchor]) {
    if (typeof name === "string") resource.anchors.set(name, { schema, resource });
  }
  if (typeof $dynamicAnchor === "string") resource.dynamicAnchors.set($dynamicAnchor, { schema, resource });
}

function newResource(uri: string, root: JsonValue, metaschema: string | undefined): Resource {
  return { uri, root, metaschema, anchors: new Map(), dynamicAnchors: new Map() };
}
