import type { JsonValue } from "@car/ir";
import { SchemaInvalidError } from "@car/ir";
import { isJsonObject } from "./subschema-keywords.js";

/** The groups of keywords that a meta-schema can switch off. Core keywords always apply. */
export type Vocabulary =
  "core" | "applicator" | "unevaluated" | "validation" | "format-annotation" | "format-assertion";

/** Which vocabularies judge a schema. */
export type Dialect = ReadonlySet<Vocabulary>;

/** What `https://json-schema.org/draft/2020-12/schema` asks for; also used when `$schema` names nothing known. */
export const STANDARD_DIALECT: Dialect = new Set<Vocabulary>([
  "core",
  "applicator",
  "unevaluated",
  "validation",
  "format-annotation",
]);

const PREFIX = "https://json-schema.org/draft/2020-12/vocab/";
const KNOWN: ReadonlySet<string> = new Set([...STANDARD_DIALECT, "format-assertion", "meta-data", "content"]);

/**
 * The dialect that a meta-schema document declares with `$vocabulary`.
 * @throws `SchemaInvalidError` when it requires a vocabulary that this package does not know.
 */
export function dialectOf(metaschema: JsonValue): Dialect {
  const declared = isJsonObject(metaschema) ? metaschema["$vocabulary"] : undefined;
  if (!isJsonObject(declared)) return STANDARD_DIALECT;
  const dialect = new Set<Vocabulary>(["core"]);
  for (const [uri, required] of Object.entries(declared)) {
    const name = uri.startsWith(PREFIX) ? uri.slice(PREFIX.length) : "";
    if (KNOWN.has(name)) dialect.add(name as Vocabulary);
    else if (required === true)
      throw new SchemaInvalidError(`the meta-schema requires the unknown vocabulary \`${uri}\``);
  }
  return dialect;
}
