import { watchedRuntime } from "@car/conformance";
import { createRuntime, type RuntimeOptions } from "@car/engine";

export { plainTool as tool, toolCall as call } from "@car/conformance";

/** A runtime on a clock that only the test moves, with the kinds of its events at hand. */
export const testRuntime = (options: RuntimeOptions = {}) => watchedRuntime(createRuntime, options);
