import type { JsonObject, JsonValue } from "@car/ir";
import { toolsOf } from "./plan.js";
import { pathSteps, resolveReferences, valueAt } from "./reference-text.js";
import { type ActionRun, type ModelRun, retryDelayMs } from "./run.js";
import type { ScriptedCall } from "./world.js";

/** Tries of a compensation after the first; the default of every action. */
const UNDO_RETRIES = 3;

/** Compensates what succeeded, the last one to end first. */
export function undoAll(run: ModelRun, ended: readonly ActionRun[]): void {
  for (const action of [...ended].reverse()) {
    if (isUndoDue(action)) action.compensated = undo(run, action);
  }
}

/** Reading of the contract: a compensation is due for every call that has one, whatever its reversibility. */
function isUndoDue({ planned, end, shared }: ActionRun): boolean {
  if (planned.action.type !== "tool_call" || end?.status !== "succeeded" || shared !== undefined) return false;
  return planned.tool?.compensation !== undefined || planned.action.compensation !== undefined;
}

function undo(run: ModelRun, action: ActionRun): boolean {
  const call = undoCallOf(run, action);
  if (call === undefined) return false;
  for (let attempt = 1; ; attempt += 1) {
    const script = nextUndoCall(run);
    run.calls = [...run.calls, { ...call, attempt, at: run.now - run.startedAt }];
    if (script.outcome.kind === "hang") throw new TypeError("an undoing tool must not hang");
    run.now += script.latencyMs;
    if (script.outcome.kind === "output") return true;
    if ((script.outcome.class ?? "transient") !== "transient" || attempt > UNDO_RETRIES) return false;
    run.now += retryDelayMs(run, attempt, script.outcome.retryAfterMs);
  }
}

/** The tool to call and its parameters. The host's compensation wins over the model's. */
function undoCallOf(run: ModelRun, action: ActionRun): { tool: string; parameters: JsonObject } | undefined {
  const hosts = action.planned.tool?.compensation;
  if (hosts !== undefined) return filledIn(action, hosts);
  const models = action.planned.action.compensation;
  if (models === undefined) return undefined;
  if (models.type === "tool") return toolsOf(run.world).has(models.tool) ? filledIn(action, models) : undefined;
  return targetCall(run, models.action_id);
}

/** The call of an action that runs only to compensate; its references lead to outputs of the run. */
function targetCall(run: ModelRun, id: string): { tool: string; parameters: JsonObject } | undefined {
  const target = run.actions.find(({ planned }) => planned.action.id === id)?.planned.action;
  if (target?.type !== "tool_call") return undefined;
  const outputOf = (name: string): JsonValue | undefined =>
    run.actions.find(({ planned }) => planned.action.id === name)?.end?.output;
  const resolved = resolveReferences(target.parameters, outputOf);
  return "missing" in resolved ? undefined : { tool: target.tool, parameters: resolved.value as JsonObject };
}

/** Puts the action's own output and parameters in the place of `"$output.path"` and `"$parameters.path"`. */
function filledIn(action: ActionRun, call: { tool: string; parameters: JsonObject }): typeof call | undefined {
  const filled = Object.entries(call.parameters).map(([name, value]) => [name, filledValue(action, value)] as const);
  if (filled.some(([, value]) => value === undefined)) return undefined;
  return { tool: call.tool, parameters: Object.fromEntries(filled) as JsonObject };
}

function filledValue({ end, parameters }: ActionRun, value: JsonValue): JsonValue | undefined {
  const match = typeof value === "string" ? /^\$(output|parameters)((?:\.[A-Za-z0-9_-]+|\[\d+\])*)$/.exec(value) : null;
  if (match === null) return value;
  return valueAt(match[1] === "output" ? end?.output : parameters, pathSteps(match[2] ?? ""));
}

function nextUndoCall(run: ModelRun): ScriptedCall {
  const { undoTools, undoCalls } = run.world.script;
  const made = run.calls.filter(({ tool }) => undoTools.includes(tool)).length;
  const call = undoCalls[Math.min(made, undoCalls.length - 1)];
  if (call === undefined) throw new TypeError("the script says nothing about undoing");
  return call;
}
