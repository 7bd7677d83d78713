import type { Budget } from "@car/ir";
import { BudgetMeter } from "./budget-meter.js";

/** Hands out meters: a new one per execution, or one per principal when the budget's scope is `session`. */
export class BudgetMeters {
  private readonly sessions = new Map<string, BudgetMeter>();

  /** The meter for one execution; `undefined` when there is no budget. */
  meterFor(principal: string, budget: Budget | undefined): BudgetMeter | undefined {
    if (budget === undefined) return undefined;
    if (budget.scope === "call") return new BudgetMeter(budget);
    const known = this.sessions.get(principal);
    if (known !== undefined) return known;
    const meter = new BudgetMeter(budget);
    this.sessions.set(principal, meter);
    return meter;
  }
}
