import { createRuntime, type Runtime, type RuntimeOptions } from "@car/engine";
import { memoryEventLog } from "@car/eventlog";
import { type ActionProposal, DEFAULT_LIMITS, parseProposal, type ProposalResult } from "@car/ir";
import type { Tool } from "@car/ir/ports";
import { denyToolParam, rulePolicy } from "@car/policy";

/** What every no-op tool does, with and without a runtime. */
export const noop = async (): Promise<number> => 1;

/** The parameters of the no-op tool. */
export const parameters = {
  type: "object",
  properties: {
    path: { type: "string" },
    count: { type: "integer" },
    mode: { enum: ["a", "b"] },
    on: { type: "boolean" },
  },
  required: ["path"],
  additionalProperties: false,
};

/** Parameters of four fields, as an ordinary tool has. */
export const params = { path: "src/index.ts", count: 3, mode: "a", on: true };

/** Events that the benches' logs keep: enough for a workload, little enough to keep the collector out of the figures. */
const MAX_EVENTS = 100_000;

/** A runtime as the goals describe it: log in memory, one policy rule, schema validation, no-op tools. */
export function benchRuntime(tools: readonly Tool[] = [], options: RuntimeOptions = {}): Runtime {
  return createRuntime({
    tools: [{ schema: { name: "noop", parameters }, execute: noop }, ...tools],
    policy: rulePolicy([denyToolParam({ tool: "noop", param: "path", contains: "/etc/" })]),
    eventLog: memoryEventLog({ maxEvents: MAX_EVENTS }),
    ...options,
  });
}

/** Parses `actions` before any clock runs. */
export function proposal(actions: readonly object[]): ActionProposal {
  return parseProposal({ id: "bench", actions }, { limits: { ...DEFAULT_LIMITS, max_actions: actions.length } });
}

/** A call of the no-op tool. */
export function call(id: string, more: object = {}): object {
  return { id, type: "tool_call", tool: "noop", parameters: params, ...more };
}

/** Calls that have nothing to do with each other, in one proposal. */
export function independentCalls(count: number): ActionProposal {
  return proposal(Array.from({ length: count }, (_, index) => call(`a${index}`, { failure_behavior: "skip" })));
}

/** Calls each of which waits for the state key that the one before leaves. */
export function chainOfCalls(length: number): ActionProposal {
  return proposal(
    Array.from({ length }, (_, index) => {
      const before = index === 0 ? {} : { state_dependencies: [`k${index - 1}`] };
      return call(`a${index}`, { ...before, expected_effects: { [`k${index}`]: true } });
    }),
  );
}

/** Throws unless the run committed: a bench of failures would be fast. */
export function committed(result: ProposalResult): ProposalResult {
  if (result.status === "committed") return result;
  throw new Error(`the run was ${result.status}: ${result.cause?.message ?? ""}`);
}

/** Throws unless the run was undone. */
export function undone(result: ProposalResult): ProposalResult {
  if (result.status === "rolled_back") return result;
  throw new Error(`the run was ${result.status}`);
}
