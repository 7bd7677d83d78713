import type { Budget } from "@car/ir";
import { BudgetMeter } from "./budget-meter.js";

interface BusyMeter {
  readonly meter: BudgetMeter;
  runs: number;
}

/**
 * Hands out meters: a new one per execution, or one per principal when the budget's scope is `session`. Of the
 * principals without an open run only so many are remembered; who is forgotten starts anew.
 */
export class BudgetMeters {
  private readonly maxIdle: number;
  /** Meters of principals with an open run. They may hold reservations, so they are never dropped. */
  private readonly busy = new Map<string, BusyMeter>();
  /** The others, the one used longest ago first. */
  private readonly idle = new Map<string, BudgetMeter>();

  constructor(maxIdle: number) {
    this.maxIdle = maxIdle;
  }

  /** The meter for one execution; `undefined` when there is no budget. Call `leave` when the execution is over. */
  meterFor(principal: string, budget: Budget | undefined): BudgetMeter | undefined {
    if (budget === undefined) return undefined;
    if (budget.scope === "call") return new BudgetMeter(budget);
    const known = this.busy.get(principal);
    if (known !== undefined) {
      known.runs++;
      return known.meter;
    }
    const meter = this.idle.get(principal) ?? new BudgetMeter(budget);
    this.idle.delete(principal);
    this.busy.set(principal, { meter, runs: 1 });
    return meter;
  }

  /** One execution of the principal is over. */
  leave(principal: string): void {
    const known = this.busy.get(principal);
    if (known === undefined || --known.runs > 0) return;
    this.busy.delete(principal);
    this.idle.set(principal, known.meter);
    if (this.idle.size <= this.maxIdle) return;
    const [oldest] = this.idle.keys();
    this.idle.delete(oldest!);
  }
}
