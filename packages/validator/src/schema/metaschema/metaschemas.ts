import type { JsonObject } from "@car/ir";
import { META_APPLICATOR } from "./meta-applicator.js";
import { META_CONTENT } from "./meta-content.js";
import { META_CORE } from "./meta-core.js";
import { META_FORMAT_ANNOTATION } from "./meta-format-annotation.js";
import { META_FORMAT_ASSERTION } from "./meta-format-assertion.js";
import { META_META_DATA } from "./meta-meta-data.js";
import { META_UNEVALUATED } from "./meta-unevaluated.js";
import { META_VALIDATION } from "./meta-validation.js";
import { META_SCHEMA } from "./schema-2020-12.js";

/** The meta-schema and the vocabularies it is made of; known to every compiler. */
export const METASCHEMAS: readonly JsonObject[] = [
  META_SCHEMA,
  META_CORE,
  META_APPLICATOR,
  META_UNEVALUATED,
  META_VALIDATION,
  META_META_DATA,
  META_FORMAT_ANNOTATION,
  META_FORMAT_ASSERTION,
  META_CONTENT,
];
