import { type Dice } from "./dice.js";
import type { LedgerCall, ToChild } from "./messages.js";
import { UNDOES } from "./tools.js";

/** What the outside world knows about one idempotency key. */
export interface LedgerEntry {
  readonly call: LedgerCall;
  /** Calls that arrived. */
  calls: number;
  /** Calls that did something; refused ones did not. */
  acted: number;
}

/** The world outside the process under test: it does what it is told, and remembers. */
export class Ledger {
  readonly entries = new Map<string, LedgerEntry>();
  /** Calls that needed an approval and arrived before there was one. */
  readonly unapproved: LedgerCall[] = [];
  private readonly dice: Dice;

  constructor(dice: Dice) {
    this.dice = dice;
  }

  /** Does what the call asks for, at once. */
  act(call: LedgerCall, isApproved: boolean): ToChild {
    const entry = this.entryOf(call);
    entry.calls++;
    if (!isApproved) this.unapproved.push(call);
    if (call.tool === "flaky" && entry.calls === 1) return refusal(call, "transient");
    if (call.parameters["stuck"] === true) return refusal(call, "terminal");
    entry.acted++;
    return { id: call.id, ok: true, output: { id: call.key.slice(0, 12), stuck: call.parameters["spoil"] === true } };
  }

  /** Whether a call under this key has done something. */
  hasActed(key: string): boolean {
    return (this.entries.get(key)?.acted ?? 0) > 0;
  }

  /** Milliseconds until an answer is sent; that long a call has acted and nobody knows. Undoing takes longer. */
  delay(tool: string): number {
    return this.dice(2) === 0 ? 0 : this.dice(UNDOES.has(tool) ? 16 : 8);
  }

  private entryOf(call: LedgerCall): LedgerEntry {
    const known = this.entries.get(call.key);
    if (known !== undefined) return known;
    const entry: LedgerEntry = { call, calls: 0, acted: 0 };
    this.entries.set(call.key, entry);
    return entry;
  }
}

function refusal({ id, tool }: LedgerCall, errorClass: "transient" | "terminal"): ToChild {
  return { id, ok: false, error: `${tool} refuses`, class: errorClass };
}
