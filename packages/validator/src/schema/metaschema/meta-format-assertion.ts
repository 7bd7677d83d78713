import type { JsonObject } from "@car/ir";

/** What the format-assertion vocabulary says about its own keyword. */
export const META_FORMAT_ASSERTION: JsonObject = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "https://json-schema.org/draft/2020-12/meta/format-assertion",
  $vocabulary: {
    "https://json-schema.org/draft/2020-12/vocab/format-assertion": true,
  },
  $dynamicAnchor: "meta",
  title: "Format vocabulary meta-schema for assertion results",
  type: ["object", "boolean"],
  properties: {
    format: {
      type: "string",
    },
  },
};
