import type { JsonObject, JsonValue } from "@car/ir";
import { dialectFor, type Library, locate, subschemaLocation } from "../document/library.js";
import type { Location } from "../document/resource.js";
import { keywordsOf } from "../keywords/keyword-table.js";
import { compilePattern } from "../pattern/pattern.js";
import { accept, refuse } from "./boolean-schemas.js";
import { type Compilation, dynamicTargets, enterResource, evaluatorAt, newCompilation } from "./compilation.js";
import type { Keyword, KeywordContext } from "./keyword.js";
import type { Evaluator } from "./run.js";
import { counted, inScope, sequence, withOwnAnnotations } from "./sequence.js";

const ASKING_FOR_THE_REST = ["unevaluatedItems", "unevaluatedProperties"];

/** A location whose schema is not a boolean. */
type ObjectLocation = Location & { readonly schema: JsonObject };

/**
 * Turns a schema into one function, with everything it refers to.
 * @param inspect called with each schema to be applied that a reference found outside the known subschemas.
 * @throws `SchemaInvalidError` for a reference that leads nowhere and for a pattern that cannot be used.
 */
export function interpretSchema(root: Location, library: Library, inspect: Compilation["inspect"]): Evaluator {
  const compilation = newCompilation(library, inspect);
  const evaluate = evaluatorAt(root, compilation);
  for (let target = compilation.waiting.pop(); target !== undefined; target = compilation.waiting.pop()) {
    target.evaluate = compileObject(target.location as ObjectLocation, compilation);
  }
  return inScope(root.resource, evaluate);
}

function compileObject(location: ObjectLocation, compilation: Compilation): Evaluator {
  const { schema, resource } = location;
  const keywords = keywordsOf(schema, dialectFor(compilation.library, resource));
  const checks = keywords
    .map((keyword) => keyword.compile(contextOf(keyword, location, compilation)))
    .filter((check) => check !== undefined);
  const evaluate = sequence(checks);
  if (keywords.some(({ name }) => ASKING_FOR_THE_REST.includes(name))) return counted(withOwnAnnotations(evaluate));
  return keywords.some(({ applies }) => applies === true) ? counted(evaluate) : evaluate;
}

function contextOf({ name }: Keyword, location: ObjectLocation, compilation: Compilation): KeywordContext {
  const { schema, resource } = location;
  return {
    // INVARIANT: only keywords that the schema has are compiled.
    value: schema[name] as JsonValue,
    schema,
    complaint: (message) => ({ keyword: name, message }),
    subschema: (...path) => compileSubschema(path, location, compilation),
    pattern: compilePattern,
    reference(uri) {
      const target = locate(compilation.library, resource, uri);
      const evaluate = evaluatorAt(target, compilation);
      return {
        location: target,
        evaluate: target.resource === resource ? evaluate : inScope(target.resource, evaluate),
      };
    },
    dynamicTargets: (anchor) => dynamicTargets(anchor, compilation),
  };
}

function compileSubschema(
  path: readonly (string | number)[],
  parent: ObjectLocation,
  compilation: Compilation,
): Evaluator {
  let schema: JsonValue = parent.schema;
  for (const step of path) schema = (schema as JsonObject)[step] as JsonValue;
  if (typeof schema === "boolean") return schema ? accept : refuse(String(path[0]));
  const location = subschemaLocation(compilation.library, schema as JsonObject, parent) as ObjectLocation;
  const evaluate = compileObject(location, compilation);
  if (location.resource === parent.resource) return evaluate;
  enterResource(location.resource, compilation);
  return inScope(location.resource, evaluate);
}
