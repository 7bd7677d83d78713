import type { Action } from "../action/action.js";
import type { Reversibility } from "../action/action-base.js";
import type { ToolSchema } from "../tool/tool-schema.js";

const RANK: Readonly<Record<Reversibility, number>> = { reversible: 0, compensable: 1, irreversible: 2 };

/**
 * The worse of what the host declared for the tool and what the action says: a proposer can only make it stricter.
 * State actions are reversible; a tool that nobody knows is irreversible.
 */
export function effectiveReversibility(action: Action, tool: ToolSchema | undefined): Reversibility {
  if (action.type !== "tool_call") return "reversible";
  const declared = tool?.reversibility ?? "irreversible";
  const claimed = action.reversibility ?? "reversible";
  return RANK[claimed] > RANK[declared] ? claimed : declared;
}

/** True when a failure of this action undoes the whole run. */
export function mayAbort(action: Action): boolean {
  return action.failure_behavior !== "skip";
}
