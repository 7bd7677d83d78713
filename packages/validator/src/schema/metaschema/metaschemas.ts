import type { JsonObject } from "@car/ir";
import documents from "./metaschemas.json" with { type: "json" };

/**
 * The meta-schema of draft 2020-12, then the vocabularies that it is made of and the one that asserts formats, as they are
 * published; known to every compiler.
 */
export const METASCHEMAS: readonly JsonObject[] = documents;
