import type { ErrorClass, JsonValue } from "@car/ir";
import type { ScriptedCall } from "./world.js";

type Details = Partial<Omit<ScriptedCall, "outcome" | "latencyMs">>;

/** A call that answers `value` after `latencyMs`. */
export function answers(value: JsonValue, latencyMs: number, details: Details = {}): ScriptedCall {
  return { latencyMs, outcome: { kind: "output", value }, writes: [], heedsAbort: false, ...details };
}

/** A call that throws after `latencyMs`: a `ToolError` of that class, or a plain `Error` for `undefined`. */
export function throws(errorClass: ErrorClass | undefined, latencyMs: number, details: Details = {}): ScriptedCall {
  const outcome = { kind: "throw" as const, ...(errorClass === undefined ? {} : { class: errorClass }) };
  return { latencyMs, outcome, writes: [], heedsAbort: false, ...details };
}

/** A call that never settles by itself. */
export function hangs(details: Details = {}): ScriptedCall {
  return { latencyMs: 1, outcome: { kind: "hang" }, writes: [], heedsAbort: false, ...details };
}
