import type { Action } from "@car/ir";
import { effectiveReversibility } from "@car/ir/internal";
import type { Batch } from "./batch-issues.js";
import type { VerifyContext } from "./verify-options.js";
import type { PlannedUndo } from "./verify-report.js";

/** How each call that may leave something could be undone, in the order of the proposal. */
export function plannedUndo(context: VerifyContext, { proposal: { actions }, graph }: Batch): readonly PlannedUndo[] {
  return actions.flatMap((action, index) => {
    if (action.type !== "tool_call" || graph.unscheduled.has(index)) return [];
    const tool = context.tools?.get(action.tool)?.schema;
    if (tool === undefined || effectiveReversibility(action, tool) === "reversible") return [];
    const call = { action_id: action.id, tool: action.tool };
    const { compensation, before } = tool;
    if (compensation === undefined) return [{ ...call, ...proposed(action, actions) }];
    if (before === undefined) return [{ ...call, how: "compensation", by: compensation.tool }];
    const { tool: reader, verify: verified } = before;
    return [{ ...call, how: "image", by: compensation.tool, reader, verified }];
  });
}

function proposed({ compensation }: Action, actions: readonly Action[]): Pick<PlannedUndo, "how" | "by"> {
  if (compensation === undefined) return { how: "never" };
  if (compensation.type === "tool") return { how: "proposed", by: compensation.tool };
  const target = actions.find(({ id }) => id === compensation.action_id);
  return target?.type === "tool_call" ? { how: "proposed", by: target.tool } : { how: "proposed" };
}
