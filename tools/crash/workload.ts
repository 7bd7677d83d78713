import type { JsonObject, ProposalInput } from "@car/ir";
import type { RandomSource } from "@car/ir/ports";
import { COUNTERS } from "./tools.js";

type ActionInput = ProposalInput["actions"][number];

/** Which proposal of a process it is. */
export interface Place {
  readonly lane: number;
  /** Higher than that of any earlier proposal of the lane, in whatever process. */
  readonly number: number;
}

/** The state key that only proposals of this lane write, with their numbers. */
export function laneKey(lane: number): string {
  return `lane.${lane}`;
}

/** A proposal of any kind: what is written, called, retried, compensated, and whether it fails in the end. */
export function anyProposal(random: RandomSource, { lane, number }: Place): ProposalInput {
  const below = (bound: number): number => Math.floor(random() * bound);
  const actions: ActionInput[] = [];
  const count = 1 + below(5);
  for (let index = 0; index < count; index++) actions.push(anyAction(`a${index}`, below, number));
  const write: ActionInput = {
    id: "mark",
    type: "state_write",
    parameters: { key: laneKey(lane), value: number },
    dependencies: random() < 0.5 ? [] : actions.map(({ id }) => id),
  };
  actions.push(write);
  if (random() < 0.25) {
    const late = random() < 0.7 ? actions.map(({ id }) => id) : [];
    actions.push({ id: "fail", type: "tool_call", tool: "fail", dependencies: late });
  }
  const id = number.toString(16).padStart(10, "0") + lane.toString(16).padStart(2, "0");
  return { id, actions };
}

type Below = (bound: number) => number;

function anyAction(id: string, below: Below, number: number): ActionInput {
  const call = (tool: string, parameters: JsonObject = {}, more: object = {}): ActionInput => {
    return { id, type: "tool_call", tool, parameters: { n: number, ...parameters }, ...more };
  };
  switch (below(11)) {
    case 0:
      return { id, type: "state_read", parameters: { key: laneKey(below(4)) } };
    case 1:
      return { id, type: "state_write", parameters: { key: `shared.${below(3)}`, value: { by: number } } };
    case 2:
    case 3:
      return call(`bump${below(COUNTERS)}`);
    case 4:
      return call("note");
    case 5:
      return call("charge", {}, below(4) === 0 ? { failure_behavior: "skip" } : {});
    case 6:
      // The same payment comes again, perhaps after a crash: its receipt answers.
      return { id, type: "tool_call", tool: "pay", parameters: { order: below(400) }, idempotent: true };
    case 7:
      return call("flaky", {}, { failure_behavior: "retry", max_retries: 3 });
    case 8:
      return call("put", {}, below(3) === 0 ? { timeout_ms: 5, failure_behavior: "retry" } : {});
    case 9:
      return call("book", { spoil: below(8) === 0 });
    default:
      return call("rent", { spoil: below(8) === 0 });
  }
}
