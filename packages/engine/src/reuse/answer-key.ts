import { canonicalJson } from "@car/ir";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";

/** Says that two calls are the same work: who asks (unless shared), the tool as it is now, and the parameters. */
export function answerKey(run: Run, { tool, parameters }: Slot, { shared }: { readonly shared: boolean }): string {
  return canonicalJson([shared ? null : run.principal, tool!.schema.name, tool!.schemaHash, parameters]);
}
