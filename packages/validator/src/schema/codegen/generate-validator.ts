import { Ajv2020 } from "ajv/dist/2020.js";
import type { PlainSchema } from "./plain-keywords.js";

/** Generates code that accepts or refuses a value at the first failure. */
export function generateValidator(schema: PlainSchema): (value: unknown) => boolean {
  // An Ajv keeps everything it ever compiled, so each schema gets its own. The meta-schema check is done elsewhere.
  const ajv = new Ajv2020({
    strict: false,
    strictNumbers: true,
    meta: false,
    validateSchema: false,
    addUsedSchema: false,
    validateFormats: false,
    logger: false,
  });
  return ajv.compile(schema);
}
