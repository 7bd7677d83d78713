import type { Action } from "../action/action.js";
import { mayPoint } from "../reference/template-node.js";

/**
 * True when the actions are tool calls that have nothing to do with each other: no references, links, compensations or
 * state keys of their own, and no id twice. Most proposals are like that, and their graph needs no building.
 */
export function arePlain(actions: readonly Action[]): boolean {
  if (!actions.every(isPlain)) return false;
  return actions.length === 1 || new Set(actions.map(({ id }) => id)).size === actions.length;
}

function isPlain(action: Action): boolean {
  return (
    action.type === "tool_call" &&
    action.invocation_mode === "one_shot" &&
    action.compensation === undefined &&
    action.dependencies.length === 0 &&
    touchesNothing(action) &&
    !mayPoint(action.parameters)
  );
}

function touchesNothing(action: Action): boolean {
  const lists = [action.preconditions, action.state_dependencies, action.assumptions, action.read_set];
  if (lists.some((list) => list.length > 0) || action.write_set.length > 0) return false;
  return Object.keys(action.expected_effects).length === 0;
}
