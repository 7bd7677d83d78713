import type { JsonObject, JsonValue } from "@car/ir";

/** One schema resource: a document, or a part of one that has its own `$id`. */
export interface Resource {
  /** Absolute where the schema says so; `""` for a root without `$id`. Never has a fragment. */
  readonly uri: string;
  readonly root: JsonValue;
  /** What `$schema` says, here or in the resource around this one. */
  readonly metaschema: string | undefined;
  /** Names made by `$anchor` and `$dynamicAnchor`. */
  readonly anchors: Map<string, Location>;
  /** Names made by `$dynamicAnchor` only. */
  readonly dynamicAnchors: Map<string, Location>;
}

/** A schema and where it stands. */
export interface Location {
  readonly schema: JsonObject | boolean;
  readonly resource: Resource;
}
