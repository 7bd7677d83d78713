import type { Action } from "@car/ir";
import { type ActionGraph, effectiveReversibility, mayAbort } from "@car/ir/internal";
import type { RegisteredTool } from "../config/registered-tool.js";

/** A failure or refusal of this action undoes the run. */
export const MAY_ABORT = 1;
/** Nothing can undo this action, and something in its batch could make that necessary. */
export const IRREVERSIBLE = 2;
/** Something that may abort comes after this action and waits for it. */
export const LEADS_TO_ABORT = 4;
/** Not effectively `reversible`: leaves something outside the state store. */
export const EXTERNAL = 8;

/** Its parameters are literal and fit its tool, and tool and keys are in the capability set: admission has looked. */
export const CHECKED = 16;

/** What the flags are computed from. */
export interface FlagInput {
  readonly actions: readonly Action[];
  readonly graph: ActionGraph;
  readonly tools: readonly (RegisteredTool | undefined)[];
}

/**
 * Sets one set of bits per action. Returns whether the batch needs the irreversible ones held back: in a batch in which
 * nothing may abort, or under `schedule: "eager"`, every action is ordinary.
 */
export function setFlags(flags: number[], { actions, graph, tools }: FlagInput, schedule: "safe" | "eager"): boolean {
  let anyIrreversible = false;
  let anyAbort = false;
  for (let index = 0; index < actions.length; index++) {
    const action = actions[index]!;
    const reversibility = effectiveReversibility(action, tools[index]?.schema);
    const irreversible = reversibility === "irreversible";
    // What runs only to undo does so when the run has been given up already.
    const abort = mayAbort(action) && !graph.unscheduled.has(index);
    // What cannot be undone without its image may come without one.
    anyIrreversible ||= irreversible || tools[index]?.schema.before_required === false;
    anyAbort ||= abort;
    flags[index] =
      (abort ? MAY_ABORT : 0) | (irreversible ? IRREVERSIBLE : 0) | (reversibility === "reversible" ? 0 : EXTERNAL);
  }
  const ordered = schedule === "safe" && anyAbort && anyIrreversible && actions.length > 1;
  if (ordered) markLeadsToAbort(flags, graph);
  return ordered;
}

/** Walks the order backwards, so that successors are marked before those that lead to them. */
function markLeadsToAbort(flags: number[], { order, offsets, targets }: ActionGraph): void {
  for (let at = order.length - 1; at >= 0; at--) {
    const index = order[at]!;
    for (let e = offsets[index]!; e < offsets[index + 1]!; e++) {
      if ((flags[targets[e]!]! & (MAY_ABORT | LEADS_TO_ABORT)) !== 0) {
        flags[index]! |= LEADS_TO_ABORT;
        break;
      }
    }
  }
}
