import { AttemptOverError, type EntryWrite, type ProposalInput, type ProposalResult } from "@car/ir";
import { traceparentOf } from "@car/ir/internal";
import type { Logger, ToolContext, ToolState } from "@car/ir/ports";
import type { Outcome } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import type { Alarm } from "../time/alarm.js";
import { AttemptState } from "./attempt-state.js";
import { idempotencyKeyOf } from "./idempotency-key.js";

/** Told of the outcome of a call that did not answer at once. */
export type OnOutcome = (run: Run, slot: Slot, outcome: Outcome) => void;

/** What most attempts never have. */
class Uncommon {
  /** The tool's buffered writes; they count only if the attempt succeeds. */
  writes: Map<string, EntryWrite> | undefined = undefined;
  /** What the tool reported on each counter. */
  spent: Map<string, number> | undefined = undefined;
  /** Runs that the tool started and that have not ended. */
  children: Set<Run> | undefined = undefined;
  controller: AbortController | undefined = undefined;
  handle: ToolState | undefined = undefined;
  /** When nobody waited any longer, in milliseconds since the epoch. */
  endedAt = 0;
  /** Why the tool was told to stop. */
  canceled: string | undefined = undefined;
}

const NOTHING_UNCOMMON: Readonly<Uncommon> = Object.freeze(new Uncommon());

/**
 * One try at a tool call, and the context its tool gets. What most tools never use (signal, state handle, keys) is made when
 * it is first read.
 */
export class Attempt implements ToolContext {
  readonly run: Run;
  readonly slot: Slot;
  /** 1 for the first try. */
  readonly number: number;
  readonly startedAt: number;
  /** Called once, with the outcome of a call that did not answer at once. */
  readonly onOutcome: OnOutcome;
  /** Until when it has to answer. */
  deadline: Alarm | undefined = undefined;
  private more: Uncommon | undefined = undefined;

  constructor(run: Run, slot: Slot, number: number, onOutcome: OnOutcome) {
    this.run = run;
    this.slot = slot;
    this.number = number;
    this.onOutcome = onOutcome;
    this.startedAt = run.dispatchTime();
  }

  /** What it has beside its beginning and its end, to read. */
  get extras(): Readonly<Uncommon> {
    return this.more ?? NOTHING_UNCOMMON;
  }

  /** The same, to be written. */
  get ownExtras(): Uncommon {
    return (this.more ??= new Uncommon());
  }

  /** Answered or given up: whatever the tool does from now on is dropped. */
  get isOver(): boolean {
    return this.slot.attempt !== this;
  }

  /** True once somebody has told the tool to stop. */
  get aborted(): boolean {
    return this.extras.canceled !== undefined;
  }

  get proposalId(): string {
    return this.run.scope.proposal_id;
  }

  get runId(): string {
    return this.run.scope.run_id;
  }

  get actionId(): string {
    return this.slot.action.id;
  }

  get attempt(): number {
    return this.number;
  }

  get principal(): string {
    return this.run.principal;
  }

  get secrets(): Readonly<Record<string, string>> {
    return this.run.host.secrets;
  }

  get logger(): Logger {
    return this.run.host.logger;
  }

  get idempotencyKey(): string {
    return idempotencyKeyOf(this.run, this.slot);
  }

  get traceparent(): string {
    return traceparentOf(this.run.scope, this.slot.index, this.number);
  }

  get signal(): AbortSignal {
    const { ownExtras: own } = this;
    if (own.controller === undefined) {
      own.controller = new AbortController();
      if (own.canceled !== undefined) own.controller.abort(new Error(own.canceled));
    }
    return own.controller.signal;
  }

  get state(): ToolState {
    return (this.ownExtras.handle ??= new AttemptState(this.run, this.slot, this));
  }

  /** A property, so that a tool may take it out of the context. */
  get execute(): (proposal: ProposalInput) => Promise<ProposalResult> {
    return (proposal) => {
      if (!this.isOver && !this.aborted) return this.run.host.startChild(this, proposal);
      return Promise.reject(new AttemptOverError("the attempt is over or was told to stop, so it starts no run"));
    };
  }

  /** A property, so that a tool may take it out of the context. */
  get spend(): (counter: string, amount: number) => void {
    return (counter, amount) => {
      if (this.isOver || !Number.isFinite(amount) || amount < 0) return;
      const spent = (this.ownExtras.spent ??= new Map());
      spent.set(counter, (spent.get(counter) ?? 0) + amount);
    };
  }

  /** Tells the tool, if it listens, that nobody waits for its answer. */
  abort(why: string): void {
    const { ownExtras: own } = this;
    own.canceled ??= why;
    own.controller?.abort(new Error(why));
  }
}
