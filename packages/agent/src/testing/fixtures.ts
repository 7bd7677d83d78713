import { countingIds, manualClock } from "@car/conformance";
import { createRuntime, type RuntimeOptions } from "@car/engine";
import type { ProposalInput } from "@car/ir";
import type { Tool, ToolExecute } from "@car/ir/ports";

/** A tool that takes any object. */
export function tool(name: string, execute: ToolExecute, host: Partial<Tool["schema"]> = {}): Tool {
  return { schema: { name, ...host }, execute };
}

/** One tool call with everything else left at its default. */
export function call(id: string, tool: string, more: object = {}): ProposalInput["actions"][number] {
  return { id, type: "tool_call", tool, ...more };
}

/** A runtime on a clock that only the test moves, with the kinds of its events at hand. */
export function testRuntime(options: RuntimeOptions = {}) {
  const clock = manualClock();
  const runtime = createRuntime({ clock, ids: countingIds(), random: () => 1, ...options });
  const kinds: string[] = [];
  runtime.subscribe(({ kind, action_id }) => kinds.push(action_id === undefined ? kind : `${kind} ${action_id}`));
  return { runtime, clock, kinds };
}
