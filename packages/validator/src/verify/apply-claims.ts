import { type Action, matchesKey } from "@car/ir";
import { effectKey, literalKeyOf, settledValue } from "@car/ir/internal";
import type { VerifyContext } from "./verify-options.js";

/** Leaves in the abstract state what an action that ran would leave, as far as its declarations tell. */
export function applyClaims(context: VerifyContext, action: Action): void {
  if (action.type === "tool_call") return applyCall(context, action);
  const { state } = context;
  if (action.type === "state_write") writeOwn(context, action);
  for (const [key, value] of Object.entries(action.expected_effects)) state.write(key, value, { claimed: false });
}

function applyCall({ state, tools }: VerifyContext, action: Extract<Action, { type: "tool_call" }>): void {
  const lost = new Set((tools?.get(action.tool)?.schema.effects ?? []).map(effectKey));
  for (const key of lost) state.lose(key);
  // A key the action merely declares can only be written as a claim, which no policy looks at.
  for (const key of action.write_set) state.forget(key);
  for (const [key, value] of Object.entries(action.expected_effects)) {
    const mayReport = [...lost].some((pattern) => matchesKey(pattern, key));
    if (!mayReport) state.write(key, value, { claimed: true });
  }
}

function writeOwn({ state }: VerifyContext, action: Extract<Action, { type: "state_write" }>): void {
  const key = literalKeyOf(action);
  if (key === undefined) {
    // It will be one of the declared keys.
    for (const pattern of action.write_set) state.forget(pattern);
    return;
  }
  const value = settledValue(action.parameters.value);
  if (value === undefined) state.forgetKey(key);
  else state.write(key, value, { claimed: false });
}
