import { splitFragment } from "../document/uri.js";
import { type Keyword, keyword } from "../interpret/keyword.js";
import type { Evaluator, Run } from "../interpret/run.js";

/** Schemas that stand elsewhere. */
export const referenceKeywords: readonly Keyword[] = [
  keyword<string>({
    name: "$ref",
    vocabulary: "core",
    applies: true,
    compile: ({ value, reference }) => reference(value).evaluate,
  }),
  keyword<string>({
    name: "$dynamicRef",
    vocabulary: "core",
    applies: true,
    compile({ value, reference, dynamicTargets }) {
      const { location, evaluate } = reference(value);
      const name = splitFragment(value).fragment;
      // Only a reference that first leads to a `$dynamicAnchor` of its name is dynamic at all.
      if (location.resource.dynamicAnchors.get(name)?.schema !== location.schema) return evaluate;
      const targetIn = dynamicTargets(name);
      return (data, run) => outermost(run, targetIn, evaluate)(data, run);
    },
  }),
];

function outermost(
  run: Run,
  targetIn: (resource: Run["scope"][number]) => Evaluator | undefined,
  otherwise: Evaluator,
) {
  for (const resource of run.scope) {
    const target = targetIn(resource);
    if (target !== undefined) return target;
  }
  return otherwise;
}
