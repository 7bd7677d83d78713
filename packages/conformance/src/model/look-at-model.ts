import type { ProposalInput, ToolSchemaInput } from "@car/ir";
import type { ModelOutcome } from "./outcome.js";
import { runModel } from "./run-model.js";
import { answers } from "./scripted-call.js";
import { type ModelWorld, openWorld, type ScriptedCall } from "./world.js";

/** One action as a test writes it. */
export type ActionInput = ProposalInput["actions"][number];

/** A call of `tool`. Its failure aborts the run unless `more` says otherwise. */
export function calling(id: string, tool: string, more: object = {}): ActionInput {
  return { id, type: "tool_call", tool, ...more };
}

/** Tools by name, and an irreversible `undo` among them that answers after 1 ms. */
export function worldOf(
  tools: Readonly<Record<string, Omit<ToolSchemaInput, "name">>>,
  calls: Readonly<Record<string, ScriptedCall | readonly ScriptedCall[]>>,
  more: Partial<ModelWorld> & { readonly undoCalls?: readonly ScriptedCall[] } = {},
): ModelWorld {
  const { undoCalls = [answers(null, 1)], ...rest } = more;
  const schemas = Object.entries({ undo: {}, ...tools }).map(([name, schema]) => ({ name, ...schema }));
  const lists = Object.entries(calls).map(([id, one]) => [id, [one].flat()] as const);
  return { ...openWorld(schemas, { calls: Object.fromEntries(lists), undoTools: ["undo"], undoCalls }), ...rest };
}

/** Runs the actions as one proposal. */
export function runIn(world: ModelWorld, ...actions: readonly ActionInput[]): ModelOutcome {
  return runModel({ actions: [...actions] }, world);
}

/** `"<id> <status> <code or -> <attempts>"`, and what it may have done where it did not succeed. */
export function endsOf({ actions }: ModelOutcome): readonly string[] {
  return actions.map(({ action_id, status, code, attempts, outcome }) =>
    [action_id, status, code ?? "-", attempts, ...(outcome === undefined ? [] : [outcome])].join(" "),
  );
}

/** `"<ms> <action id>"` of each call; those that undo by the name of their tool. */
export function startsOf({ calls }: ModelOutcome): readonly string[] {
  return calls.map(({ action_id, tool, at }) => `${at} ${action_id ?? tool}`);
}
