import type { JsonObject, JsonValue } from "@car/ir";
import { type Keyword, keyword, type KeywordContext } from "../interpret/keyword.js";
import { type Evaluator, isDone, type Run } from "../interpret/run.js";
import { isObject, type JsonLikeObject, type MemberName, memberName, memberOf } from "../value/instance.js";
import { checkRequired, requirementsOf } from "./object-keywords.js";

/** What must hold once a member is present. */
interface Dependency extends MemberName {
  readonly evaluate: Evaluator;
}

/** What the presence of one property asks of the rest of its object. */
export const dependentKeywords: readonly Keyword[] = [
  keyword<Readonly<Record<string, readonly string[]>>>({
    name: "dependentRequired",
    vocabulary: "validation",
    compile: ({ value, complaint }) =>
      dependencies(Object.entries(value).map(([name, needed]) => [name, requiring(needed, complaint)])),
  }),
  keyword<JsonObject>({
    name: "dependentSchemas",
    vocabulary: "applicator",
    applies: true,
    compile: ({ value, subschema }) =>
      dependencies(Object.keys(value).map((name) => [name, subschema("dependentSchemas", name)])),
  }),
  keyword<Readonly<Record<string, JsonValue>>>({
    // The older spelling of the two above. Ignoring it would accept what an older tool means to refuse.
    name: "dependencies",
    vocabulary: "applicator",
    applies: true,
    compile: ({ value, complaint, subschema }) =>
      dependencies(
        Object.entries(value).map(([name, rule]) => [
          name,
          Array.isArray(rule) ? requiring(rule as readonly string[], complaint) : subschema("dependencies", name),
        ]),
      ),
  }),
];

function requiring(names: readonly string[], complaint: KeywordContext["complaint"]): Evaluator {
  const requirements = requirementsOf(names, complaint);
  return (data, run) => !isObject(data) || checkRequired(data, requirements, run);
}

function dependencies(entries: readonly (readonly [name: string, evaluate: Evaluator])[]): Evaluator {
  const rules = entries.map(([name, evaluate]) => ({ ...memberName(name), evaluate }));
  return (data, run) => !isObject(data) || checkDependencies(data, rules, run);
}

function checkDependencies(data: JsonLikeObject, rules: readonly Dependency[], run: Run): boolean {
  let valid = true;
  for (const rule of rules) {
    if (memberOf(data, rule) === undefined || rule.evaluate(data, run)) continue;
    if (isDone(run)) return false;
    valid = false;
  }
  return valid;
}
