import { AttemptOverError, type EntryWrite, type ProposalInput, type ProposalResult, traceparentOf } from "@car/ir";
import type { Logger, Timer, ToolContext, ToolState } from "@car/ir/ports";
import type { Outcome } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import { AttemptState } from "./attempt-state.js";
import { idempotencyKeyOf } from "./idempotency-key.js";

/** Told of the outcome of a call that did not answer at once. */
export type OnOutcome = (run: Run, slot: Slot, outcome: Outcome) => void;

/**
 * One try at a tool call, and the context its tool gets. What most tools never use (signal, state handle, keys) is
 * made when it is first read.
 */
export class Attempt implements ToolContext {
  readonly run: Run;
  readonly slot: Slot;
  /** 1 for the first try. */
  readonly number: number;
  readonly startedAt: number;
  /** Called once, with the outcome of a call that did not answer at once. */
  readonly onOutcome: OnOutcome;
  /** Answered or given up: whatever the tool does from now on is dropped. */
  isOver = false;
  /** When it was over, in milliseconds since the epoch. */
  endedAt = 0;
  timer: Timer | undefined = undefined;
  /** The tool's buffered writes; they count only if the attempt succeeds. */
  writes: Map<string, EntryWrite> | undefined = undefined;
  /** What the tool reported on each counter. */
  spent: Map<string, number> | undefined = undefined;
  /** Runs that the tool started and that have not ended. */
  children: Set<Run> | undefined = undefined;
  private controller: AbortController | undefined = undefined;
  private handle: ToolState | undefined = undefined;
  private canceled: string | undefined = undefined;

  constructor(run: Run, slot: Slot, number: number, onOutcome: OnOutcome) {
    this.run = run;
    this.slot = slot;
    this.number = number;
    this.onOutcome = onOutcome;
    this.startedAt = run.dispatchTime();
  }

  /** True once somebody has told the tool to stop. */
  get aborted(): boolean {
    return this.canceled !== undefined;
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
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.canceled !== undefined) this.controller.abort(new Error(this.canceled));
    }
    return this.controller.signal;
  }

  get state(): ToolState {
    return (this.handle ??= new AttemptState(this.run, this.slot, this));
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
      this.spent ??= new Map();
      this.spent.set(counter, (this.spent.get(counter) ?? 0) + amount);
    };
  }

  /** Tells the tool, if it listens, that nobody waits for its answer. */
  abort(why: string): void {
    this.canceled ??= why;
    this.controller?.abort(new Error(why));
  }
}
