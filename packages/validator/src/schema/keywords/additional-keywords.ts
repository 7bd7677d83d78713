import type { JsonObject, JsonValue } from "@car/ir";
import { isJsonObject } from "../document/subschema-keywords.js";
import { type Keyword, keyword } from "../interpret/keyword.js";
import { asMember, isDone, type MemberEvaluator, type Run } from "../interpret/run.js";
import type { Pattern } from "../pattern/pattern.js";
import { isObject, type JsonLikeObject } from "../value/instance.js";

/** Properties that are told by the shape of their names, or by not being named. */
export const additionalKeywords: readonly Keyword[] = [
  keyword<JsonObject>({
    name: "patternProperties",
    vocabulary: "applicator",
    applies: true,
    compile({ value, pattern, subschema }) {
      const rules = Object.keys(value).map((source) => {
        const evaluate = asMember(subschema("patternProperties", source));
        const { test } = pattern(source);
        return (data: JsonLikeObject, run: Run) => checkSelected(data, { selects: test, evaluate, run });
      });
      return (data, run) => !isObject(data) || checkRules(data, rules, run);
    },
  }),
  keyword({
    name: "additionalProperties",
    vocabulary: "applicator",
    applies: true,
    compile({ value, schema, pattern, subschema }) {
      // `true` matters only as an annotation, and adding every name is what the check below does.
      const evaluate = asMember(subschema("additionalProperties"));
      const isKnown = knownNames(schema, pattern);
      const selects = (name: string): boolean => !isKnown(name);
      if (value === true) return (data, run) => !isObject(data) || run.evaluated === null || all(data, run);
      return (data, run) => !isObject(data) || checkSelected(data, { selects, evaluate, run });
    },
  }),
];

function all(data: JsonLikeObject, run: Run): true {
  for (const name of Object.keys(data)) run.evaluated?.names.add(name);
  return true;
}

function checkRules(
  data: JsonLikeObject,
  rules: readonly ((data: JsonLikeObject, run: Run) => boolean)[],
  run: Run,
): boolean {
  let valid = true;
  for (const rule of rules) {
    if (rule(data, run)) continue;
    if (isDone(run)) return false;
    valid = false;
  }
  return valid;
}

function checkSelected(
  data: JsonLikeObject,
  rule: { selects: (name: string) => boolean; evaluate: MemberEvaluator; run: Run },
): boolean {
  const { selects, evaluate, run } = rule;
  let valid = true;
  for (const name of Object.keys(data)) {
    if (!selects(name)) continue;
    run.evaluated?.names.add(name);
    if (evaluate(data[name], run, name)) continue;
    if (isDone(run)) return false;
    valid = false;
  }
  return valid;
}

/** Whether `properties` or `patternProperties` of the same schema object speak of a name. */
function knownNames(schema: JsonObject, pattern: (source: string) => Pattern): (name: string) => boolean {
  const named = new Set(namesIn(schema["properties"]));
  const patterns = namesIn(schema["patternProperties"]).map(pattern);
  if (patterns.length === 0) return (name) => named.has(name);
  return (name) => named.has(name) || patterns.some(({ test }) => test(name));
}

function namesIn(value: JsonValue | undefined): readonly string[] {
  return isJsonObject(value) ? Object.keys(value) : [];
}
