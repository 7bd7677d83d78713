import type { Action } from "../action/action.js";
import type { ActionGraph } from "../graph/action-graph.js";
import type { JsonValue } from "../json/json-value.js";
import type { Reason } from "../result/reason.js";

const NONE: readonly Reason[] = Object.freeze([]);

/**
 * State dependencies that can never be met: only a later action supplies them, and the state from which the proposal
 * starts does not hold them. Each refuses the proposal whole.
 */
export function lateProblems(
  { actions, graph }: { readonly actions: readonly Action[]; readonly graph: Pick<ActionGraph, "late"> },
  state: { newest(key: string): JsonValue | undefined },
): readonly Reason[] {
  if (graph.late.length === 0) return NONE;
  return graph.late
    .filter(({ key }) => state.newest(key) === undefined)
    .map(({ action, key, writer }) => {
      const { id } = actions[action]!;
      const message = `\`${id}\` depends on state key \`${key}\`, which only the later action \`${actions[writer]!.id}\` writes`;
      return { code: "invalid", action_id: id, keys: [key], message };
    });
}
