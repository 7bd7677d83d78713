import type { JsonObject } from "@car/ir";

/** A file, a folder, a symbolic link, or nothing. Modes are four octal digits. */
export type Entry =
  /** `missing_parents`: how many folders above it are missing too, so that undoing takes them away again. */
  | { readonly kind: "absent"; readonly missing_parents?: number }
  /** Without size and hash in a shallow image. */
  | { readonly kind: "file"; readonly mode: string; readonly size?: number; readonly sha256?: string }
  /** Without entries in a shallow image. */
  | { readonly kind: "folder"; readonly mode: string; readonly entries?: readonly NamedEntry[] }
  | { readonly kind: "link"; readonly target: string };

/** What lies in a folder, in code-unit order of the names. */
export type NamedEntry = Entry & { readonly name: string };

/** What lies at a path, which is relative to the root, with `/`. */
export type PathEntry = Entry & { readonly path: string };

/** The before-image of a call. Equal things have equal images. */
export interface Image {
  /** In code-unit order of the paths. */
  readonly paths: readonly PathEntry[];
  /** Only what a new folder or another mode needs: nothing in folders, no contents. */
  readonly shallow: boolean;
}

const MODE = { type: "string", pattern: "^[0-7]{4}$" };

/** JSON Schema 2020-12 of an image, for a document with `IMAGE_DEFS`. */
export const IMAGE_SCHEMA: JsonObject = {
  type: "object",
  required: ["paths", "shallow"],
  additionalProperties: false,
  properties: {
    paths: { type: "array", items: entrySchema("path") },
    shallow: { type: "boolean" },
  },
};

/** The `$defs` of a document with `IMAGE_SCHEMA` in it. */
export const IMAGE_DEFS: JsonObject = { named: entrySchema("name") };

/** Left of another in code-unit order. */
export function byCodeUnits(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The permission bits of a mode, as images have them. */
export function modeText(mode: number | bigint): string {
  return (Number(mode) & 0o7777).toString(8).padStart(4, "0");
}

function entrySchema(key: "path" | "name"): JsonObject {
  const kinds = {
    absent: { missing_parents: { type: "integer", minimum: 1 } },
    file: {
      mode: MODE,
      size: { type: "integer", minimum: 0 },
      sha256: { type: "string", pattern: "^[0-9a-f]{64}$" },
    },
    folder: { mode: MODE, entries: { type: "array", items: { $ref: "#/$defs/named" } } },
    link: { target: { type: "string", minLength: 1 } },
  };
  const oneOf = Object.entries(kinds).map(([kind, properties]) => ({
    required: [key, "kind", ...Object.keys(properties).filter((name) => name === "mode" || name === "target")],
    additionalProperties: false,
    properties: { [key]: { type: "string", minLength: 1 }, kind: { const: kind }, ...properties },
  }));
  return { type: "object", oneOf };
}
