import type { JsonObject, JsonValue, ReasonCode, ToolSchema } from "@car/ir";
import { conditionHolds } from "./condition.js";
import { sameJson } from "./json-text.js";
import { boundsOf, covers, parametersOf } from "./keys.js";
import { isReference, type Resolved, resolveReferences } from "./reference-text.js";
import { actionAt, type ActionRun, type ModelRun } from "./run.js";

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

/** Capability, validation and policy, in this order: the gates that are passed again after every wait. */
export function authorityRefusal(run: ModelRun, action: ActionRun): Refusal {
  return capabilityRefusal(run, action) ?? validationRefusal(run, action) ?? policyRefusal(run, action);
}

function capabilityRefusal({ world }: ModelRun, { planned, parameters }: ActionRun): Refusal {
  const { allowed_tools, denied_tools, allowed_state_keys } = world.capabilities;
  const { action } = planned;
  if (action.type === "tool_call") {
    if (denied_tools?.includes(action.tool) === true) return "capability_denied";
    if (allowed_tools !== undefined && !allowed_tools.includes(action.tool)) return "capability_denied";
  }
  // Reading of the contract: a declared pattern needs a permission that covers all of it.
  const dynamic = action.type !== "tool_call" && typeof parameters["key"] === "string" ? [parameters["key"]] : [];
  const touched = [...planned.reads, ...planned.writes, ...dynamic];
  const allowed = (key: string): boolean => allowed_state_keys?.some((pattern) => covers(pattern, key)) ?? true;
  return touched.every(allowed) ? undefined : "capability_denied";
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

/** Checks a value against the few schema words that generated tools use: `type`, `required`, `properties`. */
export function fits(value: JsonValue, schema: JsonObject): boolean {
  if (!hasType(value, schema["type"])) return false;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return true;
  const object = value as JsonObject;
  const required = (schema["required"] ?? []) as readonly string[];
  const properties = (schema["properties"] ?? {}) as Readonly<Record<string, JsonObject>>;
  if (required.some((name) => !Object.hasOwn(object, name))) return false;
  return Object.entries(properties).every(
    ([name, sub]) => !Object.hasOwn(object, name) || fits(object[name] ?? null, sub),
  );
}

function hasType(value: JsonValue, type: JsonValue | undefined): boolean {
  if (type === undefined) return true;
  if (type === "integer") return Number.isInteger(value);
  if (type === "array") return Array.isArray(value);
  if (type === "null") return value === null;
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function policyRefusal(run: ModelRun, { planned }: ActionRun): Refusal {
  const { tool } = planned;
  const rules = run.world.policy.filter((rule) => rule.tool === tool?.name);
  const denied = rules.some((rule) => {
    if (rule.effect !== "require_state") return rule.effect === "deny";
    const cell = run.cells.get(rule.key);
    const seen = rule.trust === "model" ? cell?.newest : cell?.trusted;
    return !sameJson(seen?.value, rule.value);
  });
  return denied ? "policy_denied" : undefined;
}

/** Whether the action must not go on before somebody has approved it. */
export function needsApproval(run: ModelRun, { planned, approved }: ActionRun): boolean {
  const rules = run.world.policy.filter((rule) => rule.tool === planned.tool?.name);
  return !approved && rules.some(({ effect }) => effect === "require_approval");
}

/** What the host declared about the tool of an action that has passed validation. */
export function knownTool({ planned }: ActionRun): ToolSchema {
  if (planned.tool === undefined) throw new TypeError(`action \`${planned.action.id}\` has no known tool`);
  return planned.tool;
}
