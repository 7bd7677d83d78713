import { holds } from "../interpret/evaluated.js";
import { type Keyword, keyword } from "../interpret/keyword.js";
import { asMember, fail, type MemberEvaluator, type Run } from "../interpret/run.js";
import { isArray } from "../value/instance.js";

/** `contains` with `minContains` and `maxContains`, which mean nothing without it. */
export const containsKeywords: readonly Keyword[] = [
  keyword({
    name: "contains",
    vocabulary: "applicator",
    applies: true,
    compile({ schema, complaint, subschema }) {
      const least = numberOr(schema["minContains"], 1);
      const most = numberOr(schema["maxContains"], Infinity);
      const applied = subschema("contains");
      const evaluate = asMember((item, run) => holds(applied, item, run));
      const tooFew = complaint(`must contain at least ${least} matching items`);
      const tooMany = complaint(`must contain at most ${most} matching items`);
      return (data, run) => {
        if (!isArray(data)) return true;
        const count = countMatches(data, evaluate, run);
        return (count >= least || fail(run, tooFew)) && (count <= most || fail(run, tooMany));
      };
    },
  }),
];

function countMatches(data: readonly unknown[], evaluate: MemberEvaluator, run: Run): number {
  let count = 0;
  for (let index = 0; index < data.length; index++) {
    if (!evaluate(data[index], run, index)) continue;
    count++;
    run.evaluated?.indexes.add(index);
  }
  return count;
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === "number" ? value : otherwise;
}
