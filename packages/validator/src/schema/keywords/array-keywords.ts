import { type Keyword, keyword } from "../interpret/keyword.js";
import { asMember, fail, isDone, type MemberEvaluator, type Run } from "../interpret/run.js";
import { isArray } from "../value/instance.js";
import { jsonKey } from "../value/json-key.js";

/** Items and sizes of arrays. Every other type passes. */
export const arrayKeywords: readonly Keyword[] = [
  keyword<readonly []>({
    name: "prefixItems",
    vocabulary: "applicator",
    applies: true,
    compile({ value: schemas, subschema }) {
      const evaluators = schemas.map((_, index) => asMember(subschema("prefixItems", index)));
      return (data, run) => !isArray(data) || checkPrefix(data, evaluators, run);
    },
  }),
  keyword({
    name: "items",
    vocabulary: "applicator",
    applies: true,
    compile({ schema, subschema }) {
      const prefix = schema["prefixItems"];
      const start = isArray(prefix) ? prefix.length : 0;
      const evaluate = asMember(subschema("items"));
      return (data, run) => {
        if (!isArray(data)) return true;
        if (run.evaluated !== null) run.evaluated.itemsBefore = Infinity;
        return checkItems(data, { start, evaluate, run });
      };
    },
  }),
  keyword<number>({
    name: "minItems",
    vocabulary: "validation",
    compile({ value: limit, complaint }) {
      const complain = complaint(`must have at least ${limit} items`);
      return (data, run) => !isArray(data) || data.length >= limit || fail(run, complain);
    },
  }),
  keyword<number>({
    name: "maxItems",
    vocabulary: "validation",
    compile({ value: limit, complaint }) {
      const complain = complaint(`must have at most ${limit} items`);
      return (data, run) => !isArray(data) || data.length <= limit || fail(run, complain);
    },
  }),
  keyword<boolean>({
    name: "uniqueItems",
    vocabulary: "validation",
    compile({ value: wanted, complaint }) {
      if (!wanted) return undefined;
      const complain = complaint("must not have two equal items");
      return (data, run) => !isArray(data) || areDistinct(data) || fail(run, complain);
    },
  }),
];

function checkPrefix(data: readonly unknown[], evaluators: readonly MemberEvaluator[], run: Run): boolean {
  const count = Math.min(data.length, evaluators.length);
  if (run.evaluated !== null) run.evaluated.itemsBefore = Math.max(run.evaluated.itemsBefore, count);
  let valid = true;
  for (const [index, evaluate] of evaluators.entries()) {
    if (index >= count || evaluate(data[index], run, index)) continue;
    if (isDone(run)) return false;
    valid = false;
  }
  return valid;
}

function checkItems(data: readonly unknown[], rest: { start: number; evaluate: MemberEvaluator; run: Run }): boolean {
  const { start, evaluate, run } = rest;
  let valid = true;
  for (let index = start; index < data.length; index++) {
    if (evaluate(data[index], run, index)) continue;
    if (isDone(run)) return false;
    valid = false;
  }
  return valid;
}

function areDistinct(items: readonly unknown[]): boolean {
  const scalars = new Set<unknown>();
  const composites = new Set<string>();
  for (const item of items) {
    if (typeof item === "object" && item !== null) composites.add(jsonKey(item));
    else scalars.add(item);
  }
  return scalars.size + composites.size === items.length;
}
