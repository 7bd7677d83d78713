import type { JsonObject } from "@car/ir";
import { Ajv2020 } from "ajv/dist/2020.js";
import { META_FORMAT_ASSERTION } from "./meta-format-assertion.js";

const DRAFT = "https://json-schema.org/draft/2020-12/";

/** The meta-schema comes first, as it joins those of the vocabularies. */
const NAMES = [
  "schema",
  "meta/core",
  "meta/applicator",
  "meta/unevaluated",
  "meta/validation",
  "meta/meta-data",
  "meta/format-annotation",
  "meta/content",
];

/** The meta-schema of the draft and the vocabularies it is made of, as Ajv has them; known to every compiler. */
export function metaschemas(): readonly JsonObject[] {
  const { schemas } = new Ajv2020({ logger: false });
  return [...NAMES.map((name) => schemas[DRAFT + name]?.schema as JsonObject), META_FORMAT_ASSERTION];
}
