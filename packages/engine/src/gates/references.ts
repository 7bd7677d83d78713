import { type JsonObject, literalKeyOf, matchesKey } from "@car/ir";
import { rejected } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import { type GateVerdict, PROCEED } from "./gate.js";
import { parametersExcess } from "./parameters-excess.js";

/** Puts the outputs that the parameters refer to in their places. */
export function resolveReferences(run: Run, slot: Slot): GateVerdict {
  const template = run.plan.graph.templates[slot.index];
  if (template === undefined) return PROCEED;
  const resolution = template.resolve((id) => run.slots[run.plan.graph.indexOf.get(id)!]?.output);
  if (!resolution.ok) return rejected({ code: "invalid", message: resolution.message });
  const parameters = resolution.value as JsonObject;
  const excess = template.references.length === 0 ? undefined : parametersExcess(run, parameters);
  if (excess !== undefined) return rejected(excess);
  slot.parameters = parameters;
  return slot.action.type === "tool_call" ? PROCEED : checkKey(slot);
}

/** A key that came from a reference must be one of those that were declared, and so locked. */
function checkKey({ action, parameters }: Slot): GateVerdict {
  const { key } = parameters;
  if (typeof key !== "string" || key === "") {
    return rejected({ code: "invalid", message: "the referenced key is not a non-empty text" });
  }
  if (literalKeyOf(action) !== undefined) return PROCEED;
  const declared = action.type === "state_write" ? action.write_set : [...action.read_set, ...action.write_set];
  if (declared.some((pattern) => matchesKey(pattern, key))) return PROCEED;
  return rejected({
    code: "invalid",
    message: `the referenced key \`${key}\` is outside the declared set`,
    keys: [key],
  });
}
