import type { Budget, CarEvent } from "@car/ir";
import { BudgetMeter, type Charge } from "../budget/budget-meter.js";
import { reasonOf } from "./reason-of.js";
import type { ReplayParts } from "./replay-parts.js";

/** A meter for a second execution: counted anew where the run alone decides, else as the recording says. */
export function scriptedMeter(budget: Budget | undefined, parts: ReplayParts): BudgetMeter | undefined {
  if (budget === undefined) return undefined;
  const isOwn = budget.scope === "call" && budget.counters === undefined && !parts.sharesBudget;
  return isOwn ? new BudgetMeter(budget) : new RecordedMeter(budget, parts);
}

/** What other runs and the tools themselves spent is not in the log: only that there was no more, and for whom. */
class RecordedMeter extends BudgetMeter {
  override readonly isRecorded = true;
  private readonly parts: ReplayParts;

  constructor(budget: Budget, parts: ReplayParts) {
    super(budget);
    this.parts = parts;
  }

  override brokenBy({ counters }: Charge): string | undefined {
    const { script, reserves } = this.parts;
    // Only a planned call's charge tells whose it is; for a state action, and for what undoes a call, it is whoever is next.
    const id = (counters && reserves.get(counters)) ?? script.next()?.action_id;
    return id === undefined ? undefined : limitOf(script.ahead(id)[0]);
  }
}

function limitOf(event: CarEvent | undefined): string | undefined {
  const reason = reasonOf(event);
  return reason?.code === "budget_exceeded" ? reason.limit : undefined;
}
