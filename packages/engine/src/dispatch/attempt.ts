import { type EntryWrite, type ProposalInput, type ProposalResult, traceparentOf } from "@car/ir";
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
  readonly number: number;
  readonly startedAt: number;
  /** Answered or given up: whatever the tool does from now on is dropped. */
  over = false;
  timer: Timer | undefined = undefined;
  /** The tool's buffered writes; they count only if the attempt succeeds. */
  writes: Map<string, EntryWrite> | undefined = undefined;
  /** What the tool reported on each counter. */
  spent: Map<string, number> | undefined = undefined;
  readonly run: Run;
  readonly slot: Slot;
  /** Called once, with the outcome of a call that did not answer at once. */
  readonly onOutcome: OnOutcome;
  private controller: AbortController | undefined = undefined;
  private handle: ToolState | undefined = undefined;
  private canceled: string | undefined = undefined;

  constructor(run: Run, slot: Slot, onOutcome: OnOutcome) {
    this.run = run;
    this.slot = slot;
    this.onOutcome = onOutcome;
    this.number = slot.attempts;
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
    return this.run.services.secrets;
  }

  get logger(): Logger {
    return this.run.services.logger;
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
    return (proposal) => this.run.services.executeChild(this.run, this.slot.index, proposal);
  }

  /** A property, so that a tool may take it out of the context. */
  get spend(): (counter: string, amount: number) => void {
    return (counter, amount) => {
      if (this.over || !Number.isFinite(amount) || amount < 0) return;
      this.spent ??= new Map();
      this.spent.set(counter, (this.spent.get(counter) ?? 0) + amount);
    };
  }

  /** The run, not the attempt's own deadline, told the tool to stop. */
  wasTold = false;

  /** Tells the tool, if it listens, that nobody waits for its answer. */
  abort(why: string): void {
    this.canceled = why;
    this.controller?.abort(new Error(why));
  }
}
