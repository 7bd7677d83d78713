import type { Action, JsonValue, ReasonCode, ToolSchema } from "@car/ir";
import type { ActionRun } from "./action-run.js";
import { conditionHolds } from "./condition.js";
import { fits } from "./fits.js";
import { sameJson } from "./json-text.js";
import { boundsOf, covers, parametersOf, readKeys, writeKeys } from "./keys.js";
import { policyDecision } from "./policy.js";
import { isReference, type Resolved, resolveReferences } from "./reference-text.js";
import { actionAt, type ModelRun } from "./run.js";
import type { ModelWorld } from "./world.js";

/** Why a gate refuses; nothing when all let the action pass. */
export type Refusal = ReasonCode | undefined;

/** The action's parameters with every reference replaced by what it leads to. */
export function resolvedParameters(run: ModelRun, { planned }: ActionRun): Resolved {
  return resolveReferences(parametersOf(planned.action), (id) => {
    const index = run.plan.actions.findIndex(({ action }) => action.id === id);
    return actionAt(run, index).end?.output;
  });
}

/** A key that came from a reference must lie in the declared set. */
export function keyRefusal({ planned, parameters }: ActionRun): Refusal {
  const { action } = planned;
  if (action.type === "tool_call" || !isReference(action.parameters.key)) return undefined;
  const { key } = parameters;
  return typeof key === "string" && boundsOf(action).some((pattern) => covers(pattern, key)) ? undefined : "invalid";
}

/** Revocation, capability, validation and policy, in this order. They are asked before each attempt and after every wait. */
export function authorityRefusal(run: ModelRun, action: ActionRun): Refusal {
  const { planned, parameters } = action;
  const wire = planned.action;
  if (wire.type === "tool_call" && isRevoked(run, wire.tool)) return "revoked";
  // Reading of the contract: a key that came from a reference needs a permission of its own.
  const dynamic = wire.type !== "tool_call" && typeof parameters["key"] === "string" ? [parameters["key"]] : [];
  if (!isCapable(run.world, wire, { tool: planned.tool, keys: dynamic })) return "capability_denied";
  const invalid = validationRefusal(run, action);
  if (invalid !== undefined || wire.type !== "tool_call") return invalid;
  return policyDecision(run, wire.tool, action.attempts + 1).effect === "deny" ? "policy_denied" : undefined;
}

/** Whether the host has taken the tool out of use by now. */
export function isRevoked({ world, now }: ModelRun, tool: string): boolean {
  return now >= (world.memory.revocations.get(tool) ?? Infinity);
}

/** Whether the capability set has the action's tool and every key that it, its tool or `keys` name. */
export function isCapable(
  { capabilities }: ModelWorld,
  action: Action,
  { tool, keys = [] }: { readonly tool: ToolSchema | undefined; readonly keys?: readonly string[] },
): boolean {
  const { allowed_tools, denied_tools, allowed_state_keys } = capabilities;
  if (action.type === "tool_call") {
    if (denied_tools?.includes(action.tool) === true) return false;
    if (allowed_tools !== undefined && !allowed_tools.includes(action.tool)) return false;
  }
  // Reading of the contract: a declared pattern needs a permission that covers all of it.
  const allowed = (key: string): boolean => allowed_state_keys?.some((pattern) => covers(pattern, key)) ?? true;
  return [...readKeys(action), ...writeKeys(action, tool), ...keys].every(allowed);
}

/** All problems are collected; the first kind, in the contract's order, names the refusal. */
function validationRefusal(run: ModelRun, { planned, parameters }: ActionRun): Refusal {
  const { action, tool } = planned;
  const newest = (key: string): JsonValue | undefined => run.cells.get(key)?.newest?.value;
  if (action.invocation_mode !== "one_shot") return "unsupported";
  if (action.type === "tool_call" && tool === undefined) return "unknown_tool";
  if (tool !== undefined && !fits(parameters, tool.parameters)) return "invalid";
  const unmet = action.preconditions.some(
    ({ key, operator, value }) => !conditionHolds({ operator, expected: value }, newest(key)),
  );
  if (unmet) return "precondition_failed";
  if (action.state_dependencies.some((key) => newest(key) === undefined)) return "dependency_missing";
  const stale = action.assumptions.some(({ key, expected_value, read_version }) => {
    if (expected_value !== undefined && !sameJson(newest(key), expected_value)) return true;
    return read_version !== undefined && read_version !== committedVersion(run, key);
  });
  return stale ? "assumption_stale" : undefined;
}

/**
 * The committed version of a key as this run found it; 0 when the state holds nothing there. Own writes do not change it.
 * Reading of the contract: a key of which only the trusted value is left has the version of that deletion.
 */
export function committedVersion({ world }: ModelRun, key: string): number {
  return world.memory.state.get(key)?.version ?? 0;
}
