import type { DecidingRule, Judgement } from "./compiled-rule.js";

/** Makes a rule that looks at nothing but the action. */
export function actionRule({ id, scope, params, judge }: Pick<DecidingRule, "id" | "scope"> & Judgement): DecidingRule {
  return {
    kind: "deciding",
    id,
    scope,
    keysRead: [],
    judgement: { params, judge },
    evaluate: ({ parameters, action }) => judge(parameters, action),
  };
}
