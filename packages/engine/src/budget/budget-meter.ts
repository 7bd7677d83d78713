import type { Budget } from "@car/ir";
import { ownCount } from "./own-count.js";

/** What one start would use up. */
export interface Charge {
  readonly toolCalls: number;
  readonly actions: number;
  readonly counters: Readonly<Record<string, number>> | undefined;
}

/**
 * Counts spending against a budget. A charge is reserved before anything is dispatched and never exceeds what is
 * left, so counts are never overshot; what was reserved and not used goes back.
 */
export class BudgetMeter {
  /** It does not count: a recording says what there was no room for. */
  readonly isRecorded: boolean = false;
  readonly budget: Budget;
  private toolCalls = 0;
  private actions = 0;
  private readonly counters = new Map<string, number>();

  constructor(budget: Budget) {
    this.budget = budget;
  }

  /** The first limit that `charge` would break, or `undefined` when it fits. */
  brokenBy(charge: Charge): string | undefined {
    const { max_tool_calls, max_actions } = this.budget;
    if (max_tool_calls !== undefined && this.toolCalls + charge.toolCalls > max_tool_calls) return "max_tool_calls";
    if (max_actions !== undefined && this.actions + charge.actions > max_actions) return "max_actions";
    for (const [name, amount] of Object.entries(charge.counters ?? {})) {
      if (this.spent(name) + amount > (ownCount(this.budget.counters, name) ?? Infinity)) return name;
    }
    return this.exhaustedCounter();
  }

  /** Takes a charge; check `brokenBy` first. */
  reserve(charge: Charge): void {
    this.add(charge, 1);
  }

  /** Gives back a charge that was reserved and not used. */
  release(charge: Charge): void {
    this.add(charge, -1);
  }

  /** Replaces what was reserved for a counter by what a tool reported. */
  settle(counter: string, amounts: { readonly reserved: number; readonly reported: number }): void {
    this.counters.set(counter, this.spent(counter) - amounts.reserved + amounts.reported);
  }

  private spent(counter: string): number {
    return this.counters.get(counter) ?? 0;
  }

  /** A counter that tools have reported up to its limit stops further starts, even of calls that reserve nothing. */
  private exhaustedCounter(): string | undefined {
    for (const [name, limit] of Object.entries(this.budget.counters ?? {})) {
      if (this.counters.has(name) && this.spent(name) >= limit) return name;
    }
    return undefined;
  }

  private add(charge: Charge, sign: 1 | -1): void {
    this.toolCalls += sign * charge.toolCalls;
    this.actions += sign * charge.actions;
    for (const [name, amount] of Object.entries(charge.counters ?? {})) {
      this.counters.set(name, this.spent(name) + sign * amount);
    }
  }
}
