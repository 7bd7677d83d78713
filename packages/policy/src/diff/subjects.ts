import { Action } from "@car/ir";
import type { DataRule } from "../rules/data-rule.js";
import { representatives } from "./component-options.js";

/** Actions that stand for all there are, as far as the scopes of the rules tell them apart. */
export function subjectsOf(rules: readonly DataRule[], tools: readonly string[]): readonly Action[] {
  const named = representatives([...new Set([...tools, "*"])]);
  const keys = representatives([
    "*",
    ...new Set(rules.flatMap((rule) => (rule.type === "allow_state" ? rule.keys : []))),
  ]);
  return [
    ...named.map((tool) => actionOf({ type: "tool_call", tool })),
    ...keys.flatMap((key) => [
      actionOf({ type: "state_read", parameters: { key } }),
      actionOf({ type: "state_write", parameters: { key, value: null } }),
      actionOf({ type: "assertion", parameters: { key, expected: null } }),
    ]),
  ];
}

function actionOf(input: object): Action {
  return Action.parse({ id: "action", ...input });
}
