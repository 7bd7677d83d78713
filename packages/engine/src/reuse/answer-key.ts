import { canonicalJson } from "@car/ir";
import type { GateRun, GateSlot } from "../gates/gate.js";

/** Says that two calls are the same work: who asks (unless shared), the tool as it is now, and the parameters. */
export function answerKey(
  { principal }: Pick<GateRun, "principal">,
  { tool, parameters }: Pick<GateSlot, "tool" | "parameters">,
  { shared }: { readonly shared: boolean },
): string {
  return canonicalJson([shared ? null : principal, tool!.schema.name, tool!.schemaHash, parameters]);
}
