import type { JsonObject } from "@car/ir";
import applicator from "ajv/dist/refs/json-schema-2020-12/meta/applicator.json" with { type: "json" };
import content from "ajv/dist/refs/json-schema-2020-12/meta/content.json" with { type: "json" };
import core from "ajv/dist/refs/json-schema-2020-12/meta/core.json" with { type: "json" };
import formatAnnotation from "ajv/dist/refs/json-schema-2020-12/meta/format-annotation.json" with { type: "json" };
import metaData from "ajv/dist/refs/json-schema-2020-12/meta/meta-data.json" with { type: "json" };
import unevaluated from "ajv/dist/refs/json-schema-2020-12/meta/unevaluated.json" with { type: "json" };
import validation from "ajv/dist/refs/json-schema-2020-12/meta/validation.json" with { type: "json" };
import schema from "ajv/dist/refs/json-schema-2020-12/schema.json" with { type: "json" };
import { META_FORMAT_ASSERTION } from "./meta-format-assertion.js";

/**
 * The meta-schema of draft 2020-12, then the vocabularies that it is made of and the one that asserts formats; known to every
 * compiler. As Ajv's package has them, put into the build: nothing of Ajv runs.
 */
export const METASCHEMAS: readonly JsonObject[] = [
  ...[schema, core, applicator, unevaluated, validation, metaData, formatAnnotation, content].map(
    (document) => document as unknown as JsonObject,
  ),
  META_FORMAT_ASSERTION,
];
