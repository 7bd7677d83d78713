import { type Action, type JsonObject, ToolCall, type ToolSchema } from "@car/ir";
import { cellsOf } from "./cells.js";
import { fits } from "./fits.js";
import { isCapable } from "./gates.js";
import { parametersOf } from "./keys.js";
import type { AdmissionProblem } from "./outcome.js";
import { explicitPredecessors, toolsOf, undoTargets } from "./plan.js";
import { policyDecision } from "./policy.js";
import { isReference, referencesIn, resolveReferences } from "./reference-text.js";
import type { ModelWorld } from "./world.js";

/** What is certain against an action whose refusal would undo the run. A tolerant one is refused alone, when its turn comes. */
export function certainRefusals(actions: readonly Action[], world: ModelWorld): readonly AdmissionProblem[] {
  return demanding(actions).flatMap((action) => [...callProblems(action, world), ...parameterProblems(action, world)]);
}

/** A model's own compensation must be a call that could be made, and nothing may wait for what runs only to undo. */
export function compensationProblems(actions: readonly Action[], world: ModelWorld): readonly AdmissionProblem[] {
  const explicit = explicitPredecessors(actions);
  const targets = undoTargets(actions);
  // Reading of the contract: it would wait for ever.
  const waiting = actions
    .filter((_, index) => [...(explicit[index] ?? [])].some((other) => targets.has(other) && other !== index))
    .map((action) => problem("invalid", action, "waits for an action that only undoes"));
  return [...undoCalls(actions, world).flatMap((call) => callProblems(call, world)), ...waiting];
}

/**
 * What the policy has against the proposal: calls that it denies in any state and whose refusal would undo the run, and
 * compensations of the model's that it denies in the state as it is found.
 */
export function policyProblems(actions: readonly Action[], world: ModelWorld): readonly AdmissionProblem[] {
  const { state, now } = world.memory;
  const moment = { world, cells: cellsOf(state), now };
  const denied = demanding(actions).filter((action) =>
    world.policy.some(({ effect, tool }) => effect === "deny" && action.type === "tool_call" && tool === action.tool),
  );
  const undos = undoCalls(actions, world).filter(
    (call) => call.type === "tool_call" && policyDecision(moment, call.tool, 1).effect === "deny",
  );
  return [...denied, ...undos].map((action) => problem("policy_denied", action, "is denied"));
}

/** Actions that may undo the run. */
function demanding(actions: readonly Action[]): readonly Action[] {
  const targets = undoTargets(actions);
  return actions.filter(({ failure_behavior }, index) => failure_behavior !== "skip" && !targets.has(index));
}

/** The model's own compensations. Only calls are ever compensated, and the host's compensation wins. */
function undoCalls(actions: readonly Action[], world: ModelWorld): readonly Action[] {
  return actions.flatMap((action): readonly Action[] => {
    const { compensation } = action;
    if (compensation === undefined || action.type !== "tool_call") return [];
    if (toolsOf(world).get(action.tool)?.compensation !== undefined) return [];
    if (compensation.type === "action_ref") return actions.filter(({ id }) => id === compensation.action_id);
    return [ToolCall.parse({ id: action.id, type: "tool_call", tool: compensation.tool })];
  });
}

/** Tool and capability: what can be told of a call before its parameters are known. */
function callProblems(action: Action, world: ModelWorld): readonly AdmissionProblem[] {
  const tool = toolOf(action, world);
  return [
    ...(action.type === "tool_call" && tool === undefined ? [problem("unknown_tool", action, "calls nobody")] : []),
    ...(isCapable(world, action, { tool }) ? [] : [problem("capability_denied", action, "is not allowed")]),
  ];
}

/** Parameters that have no reference in them are known before anything has run. */
function parameterProblems(action: Action, world: ModelWorld): readonly AdmissionProblem[] {
  const tool = toolOf(action, world);
  const written = parametersOf(action);
  if (tool === undefined || isReference(written)) return [];
  const names = Object.keys(written);
  const { required = [], ...schema } = tool.parameters as { readonly required?: readonly string[] } & JsonObject;
  const literal = Object.entries(written).filter(([, value]) => referencesIn(value).length === 0);
  // What is left to resolve are escapes.
  const known = resolveReferences(Object.fromEntries(literal), () => undefined);
  const isWrong = !required.every((name) => names.includes(name)) || ("value" in known && !fits(known.value, schema));
  return isWrong ? [problem("invalid", action, "breaks its tool's schema")] : [];
}

function toolOf(action: Action, world: ModelWorld): ToolSchema | undefined {
  return action.type === "tool_call" ? toolsOf(world).get(action.tool) : undefined;
}

function problem(code: AdmissionProblem["code"], { id }: Action, message: string): AdmissionProblem {
  return { code, action_id: id, message: `action \`${id}\` ${message}` };
}
