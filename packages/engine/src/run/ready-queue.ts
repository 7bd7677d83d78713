import { IndexHeap } from "@car/ir/internal";
import { IRREVERSIBLE, LEADS_TO_ABORT, MAY_ABORT } from "../plan/plan-flags.js";
import type { Plan } from "../plan/plan.js";

const THREAT = MAY_ABORT | LEADS_TO_ABORT;

/** Irreversible actions of an ordered plan that may start, and what runs or is ready that may still undo the batch. */
class HeldBack {
  /** Those with may-abort successors, then may-abort ones, then the rest. */
  readonly leading = new IndexHeap();
  readonly aborting = new IndexHeap();
  readonly rest = new IndexHeap();
  readyThreats = 0;
  runningAborts = 0;
  runningOrdinaryThreats = 0;
  runningLeading = 0;
}

/**
 * Actions that may start, and the order in which they may. In an ordered plan an irreversible action waits while
 * anything runs, or could run now, that may still undo the batch: see 3.3 of the contract.
 */
export class ReadyQueue {
  private flags: readonly number[];
  private readonly ordinary: IndexHeap;
  /** Of an ordered plan. */
  private readonly held: HeldBack | undefined;

  constructor({ flags, ordered }: Plan) {
    this.flags = flags;
    this.ordinary = new IndexHeap(flags.length);
    this.held = ordered ? new HeldBack() : undefined;
  }

  /** Adds an action whose predecessors have all ended. */
  push(index: number): void {
    const { held } = this;
    if (held === undefined) return this.ordinary.push(index);
    const flags = this.flags[index]!;
    if ((flags & IRREVERSIBLE) === 0) {
      if ((flags & THREAT) !== 0) held.readyThreats++;
      this.ordinary.push(index);
    } else if ((flags & LEADS_TO_ABORT) !== 0) held.leading.push(index);
    else if ((flags & MAY_ABORT) !== 0) held.aborting.push(index);
    else held.rest.push(index);
  }

  /** Adds an action that was taken and has turned out to be irreversible. From here on it is. */
  pushIrreversible(index: number): void {
    const flags = [...this.flags];
    flags[index]! |= IRREVERSIBLE;
    this.flags = flags;
    this.push(index);
  }

  /** Takes the action that starts next; -1 when none may start now. */
  take(): number {
    const { held } = this;
    let index = this.ordinary.pop();
    if (held === undefined) return index;
    if (index < 0) index = takeIrreversible(held);
    if (index >= 0) this.started(held, index);
    return index;
  }

  /** An action that was taken waits for its tool. An irreversible one holds others back as if it ran, others count as ready. */
  park(index: number): void {
    const { held } = this;
    if (held === undefined || this.isIrreversible(index)) return;
    this.count(held, index, -1);
    if (this.isThreat(index)) held.readyThreats++;
  }

  /** A parked action waits no more: it may be taken again, or it has ended. */
  unpark(index: number, ended: boolean): void {
    const { held } = this;
    if (held !== undefined) {
      if (this.isIrreversible(index)) this.count(held, index, -1);
      else if (this.isThreat(index)) held.readyThreats--;
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
    if (this.held !== undefined) this.count(this.held, index, -1);
  }

  private started(held: HeldBack, index: number): void {
    if (!this.isIrreversible(index) && this.isThreat(index)) held.readyThreats--;
    this.count(held, index, 1);
  }

  private count(held: HeldBack, index: number, by: 1 | -1): void {
    const flags = this.flags[index]!;
    if ((flags & MAY_ABORT) !== 0) held.runningAborts += by;
    if ((flags & THREAT) === 0) return;
    if ((flags & IRREVERSIBLE) === 0) held.runningOrdinaryThreats += by;
    else if ((flags & LEADS_TO_ABORT) !== 0) held.runningLeading += by;
  }
}

function takeIrreversible(held: HeldBack): number {
  if (held.runningAborts > 0 || held.runningOrdinaryThreats > 0 || held.readyThreats > 0) return -1;
  const leading = held.leading.pop();
  if (leading >= 0) return leading;
  if (held.runningLeading > 0) return -1;
  const aborting = held.aborting.pop();
  return aborting >= 0 ? aborting : held.rest.pop();
}
