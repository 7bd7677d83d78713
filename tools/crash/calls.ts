import type { JsonObject, ProposalInput } from "@car/ir";
import type { Dice } from "./dice.js";
import { COUNTERS } from "./tools.js";

/** An action as it is proposed. */
export type ActionInput = ProposalInput["actions"][number];

/** An action on the state that other lanes share. */
export function stateAction(id: string, dice: Dice, n: number): ActionInput {
  switch (dice(4)) {
    case 0:
      return { id, type: "state_read", parameters: { key: `lane.${dice(4)}` } };
    case 1:
      return { id, type: "state_write", parameters: { key: `shared.${dice(3)}`, value: { by: n } } };
    default:
      return callOf(id, `bump${dice(COUNTERS)}`, { n });
  }
}

/** A call outside: retried, in time or not, with a receipt, and undone by the host's word or not at all. */
export function outsideCall(id: string, dice: Dice, n: number): ActionInput {
  switch (dice(8)) {
    case 0:
      return callOf(id, "note", { n });
    case 1:
      return callOf(id, "charge", { n }, dice(4) === 0 ? { failure_behavior: "skip" } : {});
    case 2:
      // The same payment comes again, perhaps after a crash: its receipt answers.
      return callOf(id, "pay", { order: dice(400) }, { idempotent: true });
    case 3:
      return callOf(id, "flaky", { n }, { failure_behavior: "retry", max_retries: 3 });
    case 4:
      return callOf(id, "put", { n }, dice(3) === 0 ? { timeout_ms: 5, failure_behavior: "retry" } : {});
    case 5:
      return callOf(id, "book", { n, spoil: dice(8) === 0 });
    case 6:
      return callOf(id, "hire", { n, spoil: dice(8) === 0 }, dice(3) === 0 ? { failure_behavior: "skip" } : {});
    default:
      return callOf(id, "rent", { n, spoil: dice(8) === 0 });
  }
}

/** A call that may be made only when somebody has approved it. */
export function approvedCall(id: string, dice: Dice, n: number): ActionInput {
  return callOf(id, dice(2) === 0 ? "wire" : "hire", { n, spoil: dice(8) === 0 });
}

/** Calls a tool. */
export function callOf(id: string, tool: string, parameters: JsonObject, more: Partial<ActionInput> = {}): ActionInput {
  return { id, type: "tool_call", tool, parameters, ...more } as ActionInput;
}
