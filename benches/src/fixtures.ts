import { memoryEventLog } from "@car/eventlog";
import { createRuntime, type Runtime } from "@car/engine";
import { type ActionProposal, parseProposal } from "@car/ir";
import type { Tool } from "@car/ir/ports";
import { denyToolParam, rulePolicy } from "@car/policy";

/** What every no-op tool does, with and without a runtime. */
export const noop = async (): Promise<number> => 1;

const parameters = {
  type: "object",
  properties: { path: { type: "string" }, count: { type: "integer" }, mode: { enum: ["a", "b"] }, on: { type: "boolean" } },
  required: ["path"],
  additionalProperties: false,
};

/** Parameters of four fields, as an ordinary tool has. */
export const params = { path: "src/index.ts", count: 3, mode: "a", on: true };

/** A runtime as the goals describe it: log in memory, one policy rule, schema validation, no-op tools. */
export function benchRuntime(extra: readonly Tool[] = [], state: Record<string, number> = {}): Runtime {
  return createRuntime({
    tools: [{ schema: { name: "noop", parameters }, execute: noop }, ...extra],
    policy: rulePolicy([denyToolParam({ tool: "noop", param: "path", contains: "/etc/" })]),
    eventLog: memoryEventLog({ maxEvents: 200_000 }),
    state,
  });
}

/** Parses `actions` before any clock runs. */
export function proposal(actions: readonly object[]): ActionProposal {
  return parseProposal({ id: "bench", actions });
}

/** A call of the no-op tool. */
export function call(id: string, more: object = {}): object {
  return { id, type: "tool_call", tool: "noop", parameters: params, ...more };
}
