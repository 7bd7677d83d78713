import type { Action } from "@car/ir";
import { effectiveReversibility, mayAbort } from "@car/ir/internal";
import type { Batch } from "./batch-issues.js";
import type { VerifyContext } from "./verify-options.js";

/** Whether nothing can undo the action. Of a tool that is not known only the action's own word is there to go by. */
export function isIrreversible({ tools }: VerifyContext, action: Action): boolean {
  if (action.type !== "tool_call") return false;
  const tool = tools?.get(action.tool);
  return (tool === undefined ? action.reversibility : effectiveReversibility(action, tool.schema)) === "irreversible";
}

/** For each action one that may abort and has to wait for it, directly or not; by position. */
export function abortingDescendants({ proposal: { actions }, graph }: Batch): readonly (number | undefined)[] {
  const { order, offsets, targets } = graph;
  const found = new Array<number | undefined>(actions.length).fill(undefined);
  for (let at = order.length - 1; at >= 0; at--) {
    const index = order[at]!;
    for (let edge = offsets[index]!; edge < offsets[index + 1]! && found[index] === undefined; edge++) {
      const target = targets[edge]!;
      found[index] = mayAbort(actions[target]!) ? target : found[target];
    }
  }
  return found;
}
