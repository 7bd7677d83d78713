import { type JsonObject, type JsonValue, type ProposalResult, ToolError } from "@car/ir";
import type { EventLog, ToolContext } from "@car/ir/ports";
import type { FromChild, ToChild } from "./messages.js";

/** The line from the process under test to the one that keeps the ledger. */
export class Line {
  private readonly waiting = new Map<number, (answer: ToChild) => void>();
  private last = 0;
  private readonly log: EventLog;

  constructor(log: EventLog) {
    this.log = log;
    process.on("message", (answer: ToChild) => {
      this.waiting.get(answer.id)?.(answer);
      this.waiting.delete(answer.id);
    });
  }

  say(message: FromChild): void {
    process.send?.(message);
  }

  /** Tells how a run was answered. */
  async confirm({ run_id: run, status }: ProposalResult, isNested = false): Promise<void> {
    const { seq } = await this.log.head();
    this.say({ type: "confirmed", run, status, seq, isNested });
  }

  /** Makes a call and waits for its answer. */
  async call(tool: string, parameters: JsonObject, context: ToolContext): Promise<JsonValue> {
    const { idempotencyKey: key, runId: run, actionId: action } = context;
    const answer = await this.request((id) => ({ type: "call", id, key, run, action, tool, parameters }));
    if (answer.ok) return answer.output;
    throw new ToolError(answer.error, { class: answer.class });
  }

  /** Asks whether a call under `key` has acted. */
  hasActed(key: string): Promise<boolean> {
    return this.askWhether((id) => ({ type: "ask", id, key }));
  }

  /** Waits until somebody has answered a request for approval of this run; false when nobody does now. */
  isAnswered(run: string): Promise<boolean> {
    return this.askWhether((id) => ({ type: "wait", id, run }));
  }

  private async askWhether(messageOf: (id: number) => FromChild): Promise<boolean> {
    const answer = await this.request(messageOf);
    return answer.ok && answer.output === true;
  }

  private request(messageOf: (id: number) => FromChild): Promise<ToChild> {
    const id = ++this.last;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.say(messageOf(id));
    });
  }
}
