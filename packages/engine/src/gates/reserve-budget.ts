import type { Charge } from "../budget/budget-meter.js";
import { EXTERNAL, IRREVERSIBLE, MAY_ABORT } from "../plan/plan-flags.js";
import { skipped, type Unsuccessful } from "../run/outcome.js";
import { notesOf } from "../run/slot.js";
import { type GateRun, type GateSlot, type GateVerdict, PROCEED } from "./gate.js";

/** Reserves what the attempt will use. Nothing is dispatched that the budget cannot pay. */
export function reserveBudget(run: GateRun, slot: GateSlot): GateVerdict {
  const { budget } = run;
  if (budget === undefined) return PROCEED;
  const charge = chargeOf(slot);
  const limit = budget.brokenBy(charge) ?? (slot.errand === undefined ? restLimit(run, slot) : undefined);
  if (limit !== undefined) return exceeded(limit);
  budget.reserve(charge);
  notesOf(slot).charge = charge;
  return PROCEED;
}

/** How an action ends that the budget cannot pay. */
function exceeded(limit: string): Unsuccessful {
  return skipped({ code: "budget_exceeded", message: `the budget's \`${limit}\` is reached`, limit });
}

function chargeOf({ action, tool, attempts }: GateSlot): Charge {
  const isCall = action.type === "tool_call";
  return { toolCalls: isCall ? 1 : 0, actions: attempts === 0 ? 1 : 0, counters: tool?.reserve };
}

/**
 * Before the first call that cannot be undone, asks whether everything still open fits. If it does not, and something
 * that may abort would be left out, the batch is given up now, while it can still be undone.
 */
function restLimit(run: GateRun, slot: GateSlot): string | undefined {
  const { flags } = run.plan;
  const isIrreversible = (flags[slot.index]! & (IRREVERSIBLE | EXTERNAL)) === (IRREVERSIBLE | EXTERNAL);
  if (run.extras.isRestChecked || !isIrreversible) return undefined;
  run.ownExtras.isRestChecked = true;
  if (run.budget!.budget.on_exceeded === "commit") return undefined;
  const inOrder = Array.from(run.plan.graph.order, (index) => run.board.slots[index]!);
  // The call about to be made comes first, wherever it stands.
  return firstLoss(run, [slot, ...inOrder.filter((each) => each.index !== slot.index && isOpen(run, each))]);
}

/** Charges what is open in this order; the limit it breaks, if what is then left out would undo the run. */
function firstLoss(run: GateRun, open: readonly GateSlot[]): string | undefined {
  let toolCalls = 0;
  for (const [at, { action }] of open.entries()) {
    if (action.type === "tool_call") toolCalls++;
    const limit = run.budget!.brokenBy({ toolCalls, actions: at + 1, counters: undefined });
    if (limit === undefined) continue;
    const undoes = ({ index }: GateSlot): boolean =>
      run.budget!.budget.on_exceeded === "rollback" || (run.plan.flags[index]! & MAY_ABORT) !== 0;
    return open.slice(at).some(undoes) ? limit : undefined;
  }
  return undefined;
}

function isOpen(run: GateRun, slot: GateSlot): boolean {
  const isCharged = slot.attempts > 0 || slot.notes?.charge !== undefined;
  return slot.phase !== "done" && !isCharged && run.board.isScheduled(slot);
}
