import { IndexHeap } from "@car/ir";
import { IRREVERSIBLE, LEADS_TO_ABORT, MAY_ABORT } from "../plan/plan-flags.js";
import type { Plan } from "../plan/plan.js";

const THREAT = MAY_ABORT | LEADS_TO_ABORT;

/**
 * Actions that may start, and the order in which they may. In an ordered plan an irreversible action waits while
 * anything runs, or could run now, that may still undo the batch: see 3.3 of the contract.
 */
export class ReadyQueue {
  private readonly flags: readonly number[];
  private readonly ordered: boolean;
  private readonly ordinary = new IndexHeap();
  /** Irreversible: those with may-abort successors, then may-abort ones, then the rest. */
  private readonly leading: IndexHeap | undefined;
  private readonly aborting: IndexHeap | undefined;
  private readonly rest: IndexHeap | undefined;
  private readyThreats = 0;
  private runningAborts = 0;
  private runningOrdinaryThreats = 0;
  private runningLeading = 0;

  constructor({ flags, ordered }: Plan) {
    this.flags = flags;
    this.ordered = ordered;
    this.leading = ordered ? new IndexHeap() : undefined;
    this.aborting = ordered ? new IndexHeap() : undefined;
    this.rest = ordered ? new IndexHeap() : undefined;
  }

  /** Adds an action whose predecessors have all ended. */
  push(index: number): void {
    if (!this.ordered) return this.ordinary.push(index);
    const flags = this.flags[index]!;
    if ((flags & IRREVERSIBLE) === 0) {
      if ((flags & THREAT) !== 0) this.readyThreats++;
      this.ordinary.push(index);
    } else if ((flags & LEADS_TO_ABORT) !== 0) this.leading!.push(index);
    else if ((flags & MAY_ABORT) !== 0) this.aborting!.push(index);
    else this.rest!.push(index);
  }

  /** Takes the action that starts next; -1 when none may start now. */
  take(): number {
    const index = this.ordinary.pop();
    if (index >= 0 || !this.ordered) {
      if (index >= 0 && this.ordered) this.started(index);
      return index;
    }
    const held = this.takeIrreversible();
    if (held >= 0) this.started(held);
    return held;
  }

  /** An action that was taken waits for its tool. An irreversible one holds others back as if it ran, others count as ready. */
  park(index: number): void {
    if (!this.ordered || this.isIrreversible(index)) return;
    this.count(index, -1);
    if (this.isThreat(index)) this.readyThreats++;
  }

  /** A parked action waits no more: it may be taken again, or it has ended. */
  unpark(index: number, ended: boolean): void {
    if (this.ordered) {
      if (this.isIrreversible(index)) this.count(index, -1);
      else if (this.isThreat(index)) this.readyThreats--;
    }
    if (!ended) this.push(index);
  }

  private isIrreversible(index: number): boolean {
    return (this.flags[index]! & IRREVERSIBLE) !== 0;
  }

  private isThreat(index: number): boolean {
    return (this.flags[index]! & THREAT) !== 0;
  }

  /** Says that an action taken from here has ended. */
  ended(index: number): void {
    if (this.ordered) this.count(index, -1);
  }

  private takeIrreversible(): number {
    if (this.runningAborts > 0 || this.runningOrdinaryThreats > 0 || this.readyThreats > 0) return -1;
    const leading = this.leading!.pop();
    if (leading >= 0) return leading;
    if (this.runningLeading > 0) return -1;
    const aborting = this.aborting!.pop();
    return aborting >= 0 ? aborting : this.rest!.pop();
  }

  private started(index: number): void {
    const flags = this.flags[index]!;
    if ((flags & IRREVERSIBLE) === 0 && (flags & THREAT) !== 0) this.readyThreats--;
    this.count(index, 1);
  }

  private count(index: number, by: 1 | -1): void {
    const flags = this.flags[index]!;
    if ((flags & MAY_ABORT) !== 0) this.runningAborts += by;
    if ((flags & THREAT) === 0) return;
    if ((flags & IRREVERSIBLE) === 0) this.runningOrdinaryThreats += by;
    else if ((flags & LEADS_TO_ABORT) !== 0) this.runningLeading += by;
  }
}
