import type { Action } from "@car/ir";
import type { ActionGraph } from "@car/ir/internal";
import type { PolicyEngine } from "@car/ir/ports";
import type { RegisteredTool } from "../config/registered-tool.js";

/** Keys a run locks, exact or `prefix*`; a key in both lists counts as written. */
export interface LockSet {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** What, beside the policy, decides which keys a run touches. */
export interface LockSetInput {
  readonly actions: readonly Action[];
  readonly graph: ActionGraph;
  readonly tools: readonly (RegisteredTool | undefined)[];
  /** All tools there are. */
  readonly known: ReadonlyMap<string, RegisteredTool>;
}

const NONE: readonly string[] = Object.freeze([]);

/** All keys that the actions, their compensations and the policy's data rules may touch. */
export function lockSetOf(input: LockSetInput, policy: PolicyEngine | undefined): LockSet {
  const { actions } = input;
  const { keys, unscheduled } = input.graph;
  let more: string[] | undefined;
  for (let index = 0; index < actions.length; index++) {
    const policyKeys = policy?.keysRead?.(actions[index]!);
    if (policyKeys !== undefined && policyKeys.length > 0) (more ??= []).push(...policyKeys);
    const undo = compensationTool(actions[index]!, input.tools[index]);
    if (undo !== undefined) (more ??= []).push(...(input.known.get(undo)?.effectKeys ?? NONE));
  }
  if (more === undefined && unscheduled.size === 0) return keys;
  const standby = [...unscheduled].map((index) => input.graph.access[index]!);
  return {
    reads: [...new Set([...keys.reads, ...(more ?? NONE), ...standby.flatMap((access) => access.reads)])],
    writes: [...new Set([...keys.writes, ...standby.flatMap(({ writes }) => writes)])],
  };
}

function compensationTool({ compensation }: Action, tool: RegisteredTool | undefined): string | undefined {
  return tool?.schema.compensation?.tool ?? (compensation?.type === "tool" ? compensation.tool : undefined);
}
