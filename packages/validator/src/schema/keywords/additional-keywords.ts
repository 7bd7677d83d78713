import type { JsonObject, JsonValue } from "@car/ir";
import { isJsonObject } from "../document/subschema-keywords.js";
import { type Keyword, keyword } from "../interpret/keyword.js";
import { asMember, isDone, type MemberEvaluator, type Run } from "../interpret/run.js";
import type { Pattern } from "../pattern/pattern.js";
import { isObject, type JsonLikeObject } from "../value/instance.js";

/** A schema for the members with certain names. */
interface NameRule {
  readonly selects: (name: string) => boolean;
  readonly evaluate: MemberEvaluator;
}

/** Properties that are told by the shape of their names, or by not being named. */
export const additionalKeywords: readonly Keyword[] = [
  keyword<JsonObject>({
    name: "patternProperties",
    vocabulary: "applicator",
    applies: true,
    compile({ value, pattern, subschema }) {
      const rules = Object.keys(value).map((source) => ({
        selects: pattern(source).test,
        evaluate: asMember(subschema("patternProperties", source)),
      }));
      return (data, run) => !isObject(data) || checkRules(data, rules, run);
    },
  }),
  keyword({
    name: "additionalProperties",
    vocabulary: "applicator",
    applies: true,
    compile({ value, schema, pattern, subschema }) {
      const rule = { selects: unnamed(schema, pattern), evaluate: asMember(subschema("additionalProperties")) };
      return (data, run) => {
        // `true` matters only as an annotation.
        const isIdle = !isObject(data) || (value === true && run.evaluated === null);
        return isIdle || checkSelected(data, rule, run);
      };
    },
  }),
];

function checkRules(data: JsonLikeObject, rules: readonly NameRule[], run: Run): boolean {
  let valid = true;
  for (const rule of rules) {
    if (checkSelected(data, rule, run)) continue;
    if (isDone(run)) return false;
    valid = false;
  }
  return valid;
}

function checkSelected(data: JsonLikeObject, { selects, evaluate }: NameRule, run: Run): boolean {
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

/** Selects the names of which `properties` and `patternProperties` of the same schema object say nothing. */
function unnamed(schema: JsonObject, pattern: (source: string) => Pattern): NameRule["selects"] {
  const named = new Set(namesIn(schema["properties"]));
  const patterns = namesIn(schema["patternProperties"]).map(pattern);
  if (patterns.length === 0) return (name) => !named.has(name);
  return (name) => !named.has(name) && !patterns.some(({ test }) => test(name));
}

function namesIn(value: JsonValue | undefined): readonly string[] {
  return isJsonObject(value) ? Object.keys(value) : [];
}
