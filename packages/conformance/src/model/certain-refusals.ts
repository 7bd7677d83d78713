import type { Action, ToolSchema } from "@car/ir";
import { fits } from "./fits.js";
import { isCapable } from "./gates.js";
import { parametersOf } from "./keys.js";
import type { AdmissionProblem } from "./outcome.js";
import { explicitPredecessors, toolsOf, undoTargets } from "./plan.js";
import { referencesIn, resolveReferences } from "./reference-text.js";
import type { ModelWorld } from "./world.js";

/** What is certain against an action whose refusal would undo the run. A tolerant one is refused alone, when its turn comes. */
export function certainRefusals(actions: readonly Action[], world: ModelWorld): readonly AdmissionProblem[] {
  const targets = undoTargets(actions);
  return actions
    .filter(({ failure_behavior }, index) => failure_behavior !== "skip" && !targets.has(index))
    .flatMap((action) => [...callProblems(action, world), ...parameterProblems(action, world)]);
}

/** A model's own compensation must be a call that could be made. */
export function compensationProblems(actions: readonly Action[], world: ModelWorld): readonly AdmissionProblem[] {
  const explicit = explicitPredecessors(actions);
  const targets = undoTargets(actions);
  // Reading of the contract: nothing may wait for an action that runs only to undo, it would wait for ever.
  const waiting = actions
    .filter((_, index) => [...(explicit[index] ?? [])].some((other) => targets.has(other) && other !== index))
    .map((action) => problem("invalid", action, "waits for an action that only undoes"));
  return [...actions.flatMap((action) => undoProblems(action, actions, world)), ...waiting];
}

function undoProblems(
  action: Action,
  actions: readonly Action[],
  world: ModelWorld,
): readonly AdmissionProblem[] {
  const { compensation } = action;
  // Only calls are ever compensated, and the host's compensation wins.
  if (action.type !== "tool_call" || toolsOf(world).get(action.tool)?.compensation !== undefined) return [];
  if (compensation === undefined) return [];
  if (compensation.type === "tool") return callProblems({ ...action, ...NOTHING_DECLARED, tool: compensation.tool }, world);
  return actions.filter(({ id }) => id === compensation.action_id).flatMap((target) => callProblems(target, world));
}

const NOTHING_DECLARED = {
  preconditions: [],
  expected_effects: {},
  state_dependencies: [],
  read_set: [],
  write_set: [],
  assumptions: [],
};

/** Tool, capability and policy: what can be told of a call before its parameters are known. */
function callProblems(action: Action, world: ModelWorld): readonly AdmissionProblem[] {
  const tool = toolOf(action, world);
  const denied = world.policy.some(
    (rule) => rule.effect === "deny" && action.type === "tool_call" && rule.tool === action.tool,
  );
  return [
    ...(action.type === "tool_call" && tool === undefined ? [problem("unknown_tool", action, "calls nobody")] : []),
    ...(isCapable(world, action, { tool }) ? [] : [problem("capability_denied", action, "is not allowed")]),
    ...(denied ? [problem("policy_denied", action, "is denied in any state")] : []),
  ];
}

/** Reading of the contract: only parameters without any reference are known before something has run. */
function parameterProblems(action: Action, world: ModelWorld): readonly AdmissionProblem[] {
  const tool = toolOf(action, world);
  const written = parametersOf(action);
  if (tool === undefined || referencesIn(written).length > 0) return [];
  // What is left to resolve are escapes.
  const resolved = resolveReferences(written, () => undefined);
  const isWrong = "value" in resolved && !fits(resolved.value, tool.parameters);
  return isWrong ? [problem("invalid", action, "breaks its tool's schema")] : [];
}

function toolOf(action: Action, world: ModelWorld): ToolSchema | undefined {
  return action.type === "tool_call" ? toolsOf(world).get(action.tool) : undefined;
}

function problem(code: AdmissionProblem["code"], { id }: Action, message: string): AdmissionProblem {
  return { code, action_id: id, message: `action \`${id}\` ${message}` };
}
