import { type Action, type JsonObject, ToolCall, type ToolSchema } from "@car/ir";
import { cellsOf } from "./cells.js";
import { fits } from "./fits.js";
import { isCapable } from "./gates.js";
import { parametersOf } from "./keys.js";
import type { AdmissionProblem } from "./outcome.js";
import { toolsOf, undoTargets } from "./plan.js";
import { policyDecision } from "./policy.js";
import { isReference, referencesIn, resolveReferences } from "./reference-text.js";
import type { ModelWorld } from "./world.js";

/**
 * What is certain against an action whose refusal would undo the run, or against a compensation of the model's. An action
 * that is tolerated is refused alone, when its turn comes.
 */
export function certainRefusals(actions: readonly Action[], world: ModelWorld): readonly AdmissionProblem[] {
  return [...demanding(actions), ...undoCalls(actions, world)].flatMap((action) => [
    ...callProblems(action, world),
    ...parameterProblems(action, world),
  ]);
}

/** Calls that the policy denies in any state, and whose refusal would undo the run. */
export function deniedCalls(actions: readonly Action[], { policy }: ModelWorld): readonly AdmissionProblem[] {
  return demanding(actions)
    .filter((action) =>
      policy.some(({ effect, tool }) => effect === "deny" && action.type === "tool_call" && tool === action.tool),
    )
    .map(denied);
}

function denied(action: Action): AdmissionProblem {
  return problem("policy_denied", action, "is denied");
}

/** What the policy has against the proposal: such calls, and compensations of the model's that it denies in the state as it is found. */
export function policyProblems(actions: readonly Action[], world: ModelWorld): readonly AdmissionProblem[] {
  const { state, now } = world.memory;
  const moment = { world, cells: cellsOf(state), now };
  const undos = undoCalls(actions, world).filter(
    (call) => call.type === "tool_call" && policyDecision(moment, call.tool, 1).effect === "deny",
  );
  return [...deniedCalls(actions, world), ...undos.map(denied)];
}

/** Actions that may undo the run. */
function demanding(actions: readonly Action[]): readonly Action[] {
  const targets = undoTargets(actions);
  return actions.filter(({ failure_behavior }, index) => failure_behavior !== "skip" && !targets.has(index));
}

/**
 * The model's own compensations. Only calls are ever compensated, and the host's compensation wins.
 * Reading of the contract: an action that runs only to undo is judged when it is to undo, not before.
 */
function undoCalls(actions: readonly Action[], world: ModelWorld): readonly Action[] {
  return actions.flatMap((action): readonly Action[] => {
    const { compensation } = action;
    if (compensation?.type !== "tool" || action.type !== "tool_call") return [];
    if (toolsOf(world).get(action.tool)?.compensation !== undefined) return [];
    return [ToolCall.parse({ ...compensation, id: action.id, type: "tool_call" })];
  });
}

/** In a compensation these stand for the output and the parameters of the call. */
const STANDS_FOR = /"\$(output|parameters)/;

/** Tool and capability: what can be told of a call before its parameters are known. */
function callProblems(action: Action, world: ModelWorld): readonly AdmissionProblem[] {
  const tool = toolOf(action, world);
  return [
    ...(action.type === "tool_call" && tool === undefined ? [problem("unknown_tool", action, "calls nobody")] : []),
    ...(isCapable(world, action, { tool }) ? [] : [problem("capability_denied", action, "is not allowed")]),
  ];
}

/** Parameters that have nothing in them that is to be replaced are known before anything has run. */
function parameterProblems(action: Action, world: ModelWorld): readonly AdmissionProblem[] {
  const tool = toolOf(action, world);
  const written = parametersOf(action);
  if (tool === undefined || isReference(written) || STANDS_FOR.test(JSON.stringify(written))) return [];
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
