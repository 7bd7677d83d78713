import { AttemptOverError, type ProposalInput, type ProposalResult, ToolError } from "@car/ir";
import { traceparentOf } from "@car/ir/internal";
import type { Logger, ToolContext, ToolState } from "@car/ir/ports";
import type { Attempt } from "./attempt.js";
import { AttemptState } from "./attempt-state.js";
import { idempotencyKeyOf } from "./idempotency-key.js";

/** What a tool gets beside its parameters. What most tools never use (signal, state handle, keys) is made when it is first read. */
export class CallContext implements ToolContext {
  /** Out of the reach of tools, and of whoever prints or copies a context. */
  readonly #call: Attempt;

  constructor(call: Attempt) {
    this.#call = call;
  }

  /** The attempt that a context belongs to. The engine's own executors need it. */
  static attemptOf(context: ToolContext): Attempt {
    return (context as CallContext).#call;
  }

  get proposalId(): string {
    return this.#call.run.scope.proposal_id;
  }

  get runId(): string {
    return this.#call.run.scope.run_id;
  }

  get actionId(): string {
    return this.#call.slot.action.id;
  }

  get attempt(): number {
    return this.#call.number;
  }

  get principal(): string {
    return this.#call.run.principal;
  }

  get secrets(): Readonly<Record<string, string>> {
    return this.#call.run.host.secrets;
  }

  get logger(): Logger {
    return this.#call.run.host.logger;
  }

  get idempotencyKey(): string {
    return idempotencyKeyOf(this.#call.run, this.#call.slot);
  }

  get traceparent(): string {
    return traceparentOf(this.#call.run.scope, this.#call.slot.index, this.#call.number);
  }

  get signal(): AbortSignal {
    const { ownExtras: own } = this.#call;
    if (own.controller === undefined) {
      own.controller = new AbortController();
      if (own.canceled !== undefined) own.controller.abort(new Error(own.canceled));
    }
    return own.controller.signal;
  }

  get state(): ToolState {
    return (this.#call.ownExtras.handle ??= new AttemptState(this.#call));
  }

  /** A property, so that a tool may take it out of the context. */
  get execute(): (proposal: ProposalInput) => Promise<ProposalResult> {
    const call = this.#call;
    return (proposal) => {
      const { errand } = call.slot;
      if (errand !== undefined && errand.kind !== "compensation") {
        return Promise.reject(
          new ToolError("what reads an image leaves nothing, so it starts no run", { class: "denied" }),
        );
      }
      if (!call.isOver && !call.aborted) return call.run.host.startChild(call, proposal);
      return Promise.reject(new AttemptOverError("the attempt is over or was told to stop, so it starts no run"));
    };
  }

  /** A property, so that a tool may take it out of the context. */
  get spend(): (counter: string, amount: number) => void {
    const call = this.#call;
    return (counter, amount) => {
      if (call.isOver || !Number.isFinite(amount) || amount < 0) return;
      const spent = (call.ownExtras.spent ??= new Map());
      spent.set(counter, (spent.get(counter) ?? 0) + amount);
    };
  }
}
