import { SchemaInvalidError } from "@car/ir";
import type { CompiledSchema, SchemaProblem } from "@car/ir/ports";
import { compiledSchema } from "./compiled-schema.js";
import { addDocument } from "./document/add-document.js";
import { emptyLibrary, extendedLibrary, type Library } from "./document/library.js";
import { interpretSchema } from "./interpret/interpret-schema.js";
import { DEFAULT_SCHEMA_LIMITS } from "./limits.js";
import { METASCHEMAS } from "./metaschema/metaschemas.js";

/** What every compiler begins with. */
interface Standard {
  readonly library: Library;
  readonly metaschema: CompiledSchema;
}

let standard: Standard | undefined;

/** A library that knows the meta-schemas and nothing else. */
export function standardLibrary(): Library {
  return extendedLibrary(theStandard().library);
}

/** @throws `SchemaInvalidError` when `schema` breaks a rule of the draft 2020-12 meta-schema. `name` says whose it is. */
export function assertSchema(schema: unknown, name: string): void {
  const problems = theStandard().metaschema.check(schema);
  if (problems.length > 0) throw new SchemaInvalidError(`${name} is not a JSON Schema: ${listed(problems)}`);
}

/** Built once, when the first schema is compiled. It never changes, so sharing it cannot be noticed. */
function theStandard(): Standard {
  return (standard ??= buildStandard());
}

function buildStandard(): Standard {
  const library = emptyLibrary();
  const [root] = METASCHEMAS.map((document) => addDocument(library, "", document));
  if (root === undefined) throw new TypeError("the meta-schema is missing");
  const evaluate = interpretSchema(root, library, () => {});
  return { library, metaschema: compiledSchema(evaluate, undefined, DEFAULT_SCHEMA_LIMITS) };
}

function listed(problems: readonly SchemaProblem[]): string {
  return problems
    .slice(0, 3)
    .map(({ path, message }) => `\`${path}\` ${message}`)
    .join("; ");
}
