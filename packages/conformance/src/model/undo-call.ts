import { type Action, type JsonObject, type JsonValue, ToolCall } from "@car/ir";
import type { ActionRun, Approval } from "./action-run.js";
import type { Callee } from "./failures.js";
import { toolsOf } from "./plan.js";
import { pathSteps, resolveReferences, valueAt } from "./reference-text.js";
import type { ModelRun } from "./run.js";

/** One compensation: what is called, and how far it has come. */
export interface Undo {
  /** Id of the action that it undoes. */
  readonly of: string;
  readonly action: Extract<Action, { type: "tool_call" }>;
  /** Absent when nobody knows the tool. */
  readonly callee: Callee | undefined;
  readonly parameters: JsonObject;
  /** The host's own is trusted; a model's passes the gates. */
  readonly isHosts: boolean;
  attempts: number;
  approval: Approval | undefined;
  questions: number;
}

/**
 * What undoes the action; nothing when it cannot be told, as where it needs an output that there is not. The host's
 * compensation wins over the model's, also where only the model's could be told.
 */
export function undoOf(run: ModelRun, action: ActionRun): Undo | undefined {
  const hosts = action.planned.tool?.compensation;
  const models = action.planned.action.compensation;
  if (hosts !== undefined) return calling(run, action, { ...hosts, isHosts: true });
  if (models?.type === "tool") return calling(run, action, { ...models, isHosts: false });
  return models === undefined ? undefined : runningTarget(run, action, models.action_id);
}

interface Template {
  readonly tool: string;
  readonly parameters: JsonObject;
  readonly isHosts: boolean;
}

function calling(run: ModelRun, of: ActionRun, { tool: name, parameters, isHosts }: Template): Undo | undefined {
  const filled = filledValue(of, parameters);
  if (filled === undefined) return undefined;
  const tool = toolsOf(run.world).get(name);
  const callee = tool === undefined ? undefined : { tool, reversibility: tool.reversibility };
  const action = ToolCall.parse({ id: of.planned.action.id, type: "tool_call", tool: name });
  return newUndo({ of: action.id, action, callee, parameters: filled as JsonObject, isHosts });
}

/** The call of an action that runs only to compensate; its references lead to outputs of the run. */
function runningTarget(run: ModelRun, of: ActionRun, id: string): Undo | undefined {
  const target = run.actions.find(({ planned }) => planned.action.id === id)?.planned;
  if (target?.action.type !== "tool_call") return undefined;
  const outputOf = (name: string): JsonValue | undefined =>
    run.actions.find(({ planned }) => planned.action.id === name)?.end?.output;
  const resolved = resolveReferences(target.action.parameters, outputOf);
  if ("missing" in resolved) return undefined;
  const { action, tool, reversibility } = target;
  const callee = tool === undefined ? undefined : { tool, reversibility };
  const parameters = resolved.value as JsonObject;
  return newUndo({ of: of.planned.action.id, action, callee, parameters, isHosts: false });
}

function newUndo(known: Pick<Undo, "of" | "action" | "callee" | "parameters" | "isHosts">): Undo {
  return { ...known, attempts: 0, approval: undefined, questions: 0 };
}

/** Puts the action's own output and parameters in the place of `"$output.path"` and `"$parameters.path"`. */
function filledValue(of: ActionRun, value: JsonValue): JsonValue | undefined {
  if (typeof value === "string") return filledText(of, value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((item: JsonValue) => filledValue(of, item));
    return items.includes(undefined) ? undefined : (items as JsonValue);
  }
  const members = Object.entries(value).map(([name, item]) => [name, filledValue(of, item)] as const);
  return members.some(([, item]) => item === undefined) ? undefined : (Object.fromEntries(members) as JsonObject);
}

function filledText({ end, parameters }: ActionRun, text: string): JsonValue | undefined {
  const match = /^\$(output|parameters)((?:\.[A-Za-z0-9_-]+|\[\d+\])*)$/.exec(text);
  if (match === null) return text;
  return valueAt(match[1] === "output" ? end?.output : parameters, pathSteps(match[2] ?? ""));
}
