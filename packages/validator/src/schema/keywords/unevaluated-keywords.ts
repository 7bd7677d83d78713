import { nothingEvaluated } from "../interpret/evaluated.js";
import { type Keyword, keyword } from "../interpret/keyword.js";
import { asMember, isDone, type MemberEvaluator, type Run } from "../interpret/run.js";
import { isArray, isObject, type JsonLikeObject } from "../value/instance.js";

/** What no other keyword of the schema object has looked at. They must be compiled last. */
export const unevaluatedKeywords: readonly Keyword[] = [
  keyword({
    name: "unevaluatedItems",
    vocabulary: "unevaluated",
    applies: true,
    compile({ subschema }) {
      const evaluate = asMember(subschema("unevaluatedItems"));
      return (data, run) => !isArray(data) || checkItems(data, evaluate, run);
    },
  }),
  keyword({
    name: "unevaluatedProperties",
    vocabulary: "unevaluated",
    applies: true,
    compile({ subschema }) {
      const evaluate = asMember(subschema("unevaluatedProperties"));
      return (data, run) => !isObject(data) || checkProperties(data, evaluate, run);
    },
  }),
];

function checkItems(data: readonly unknown[], evaluate: MemberEvaluator, run: Run): boolean {
  const evaluated = run.evaluated ?? nothingEvaluated();
  let valid = true;
  for (let index = evaluated.itemsBefore; index < data.length; index++) {
    if (evaluated.indexes.has(index) || evaluate(data[index], run, index)) continue;
    if (isDone(run)) return false;
    valid = false;
  }
  evaluated.itemsBefore = Infinity;
  return valid;
}

function checkProperties(data: JsonLikeObject, evaluate: MemberEvaluator, run: Run): boolean {
  const evaluated = run.evaluated ?? nothingEvaluated();
  let valid = true;
  for (const name of Object.keys(data)) {
    if (evaluated.allNames || evaluated.names.has(name) || evaluate(data[name], run, name)) continue;
    if (isDone(run)) return false;
    valid = false;
  }
  evaluated.allNames = true;
  return valid;
}
