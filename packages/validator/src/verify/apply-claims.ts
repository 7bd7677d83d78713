import { type Action, compileTemplate, effectKey, isPrefixPattern, literalKeyOf } from "@car/ir";

import type { VerifyContext } from "./verify-options.js";

/** Leaves in the abstract state what an action that ran would leave, as far as its declarations tell. */
export function applyClaims({ state, tools }: VerifyContext, action: Action): void {
  const effects = action.type === "tool_call" ? (tools?.get(action.tool)?.schema.effects ?? []) : [];
  const lost = new Set(effects.map(effectKey));
  for (const key of lost) state.lose(key);
  // A key the action merely declares can only be written as a claim, which no policy looks at.
  for (const key of action.write_set) if (!isPrefixPattern(key)) state.forget(key);
  if (action.type === "state_write") writeOwn(state, action);
  for (const [key, value] of Object.entries(action.expected_effects)) {
    if (!lost.has(key)) state.write(key, value, action.type === "tool_call");
  }
}

function writeOwn(state: VerifyContext["state"], action: Extract<Action, { type: "state_write" }>): void {
  const key = literalKeyOf(action);
  if (key === undefined) return;
  const { value } = action.parameters;
  if (compileTemplate(value) === undefined) state.write(key, value, false);
  else state.forget(key);
}
