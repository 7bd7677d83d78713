import type { Action, ActionGraph } from "@car/ir";
import type { PolicyEngine } from "@car/ir/ports";
import type { RegisteredTool } from "../config/registered-tool.js";

/** Keys a run locks, exact or `prefix*`; a key in both lists counts as written. */
export interface LockSet {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** What decides which keys a run touches. */
export interface LockSetInput {
  readonly graph: ActionGraph;
  readonly tools: readonly (RegisteredTool | undefined)[];
  readonly policy: PolicyEngine | undefined;
  readonly allTools: ReadonlyMap<string, RegisteredTool>;
}

const NONE: readonly string[] = Object.freeze([]);

/** All keys that the actions, their compensations and the policy's data rules may touch. */
export function lockSetOf(actions: readonly Action[], input: LockSetInput): LockSet {
  const { keys, unscheduled } = input.graph;
  const reads: string[] = [];
  for (let index = 0; index < actions.length; index++) {
    const policyKeys = input.policy?.keysRead?.(actions[index]!);
    if (policyKeys !== undefined && policyKeys.length > 0) reads.push(...policyKeys);
    for (const undo of compensationTools(actions[index]!, input.tools[index])) {
      reads.push(...(input.allTools.get(undo)?.effectKeys ?? NONE));
    }
  }
  if (reads.length === 0 && unscheduled.size === 0) return keys;
  const standby = [...unscheduled].map((index) => input.graph.access[index]!);
  return {
    reads: [...new Set([...keys.reads, ...reads, ...standby.flatMap((access) => access.reads)])],
    writes: [...new Set([...keys.writes, ...standby.flatMap(({ writes }) => writes)])],
  };
}

function compensationTools({ compensation }: Action, tool: RegisteredTool | undefined): readonly string[] {
  const host = tool?.schema.compensation?.tool;
  if (host !== undefined) return [host];
  return compensation?.type === "tool" ? [compensation.tool] : NONE;
}
