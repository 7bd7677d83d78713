import type { ProposalResult } from "@car/ir";
import { watchedRuntime } from "@car/conformance";
import { createRuntime } from "../create-runtime.js";
import type { RuntimeOptions } from "../runtime-options.js";

export { plainTool as tool, toolCall as call } from "@car/conformance";

/** A runtime on a clock that only the test moves, with its events at hand. */
export const testRuntime = (options: RuntimeOptions = {}) => watchedRuntime(createRuntime, options);

/** `status` by action id. */
export function statuses({ results }: ProposalResult): Record<string, string> {
  return Object.fromEntries(
    results.map(({ action_id, status, reason }) => [action_id, reason ? `${status}:${reason.code}` : status]),
  );
}
