import { type JsonObject, matchesKey, type Reason, type Template } from "@car/ir";
import { literalKeyOf, measureJson } from "@car/ir/internal";
import { rejected } from "../run/outcome.js";
import { outputOf } from "../run/slot.js";
import { type GateRun, type GateSlot, type GateVerdict, PROCEED } from "./gate.js";

/** Puts the outputs that the parameters refer to in their places. */
export function resolveReferences(run: GateRun, slot: GateSlot): GateVerdict {
  const template = run.plan.graph.templates[slot.index];
  return template === undefined ? PROCEED : resolve(run, slot, template);
}

function resolve(run: GateRun, slot: GateSlot, template: Template): GateVerdict {
  const resolution = template.resolve((id) => outputOf(run.board.slots[run.plan.graph.indexOf.get(id)!]!));
  if (!resolution.ok) return rejected({ code: "invalid", message: resolution.message });
  const parameters = resolution.value as JsonObject;
  const excess = template.references.length === 0 ? undefined : parametersExcess(run, parameters);
  if (excess !== undefined) return rejected(excess);
  slot.parameters = parameters;
  return slot.action.type === "tool_call" ? PROCEED : checkKey(slot);
}

/** A key that came from a reference must be one of those that were declared, and so locked. */
function checkKey({ action, parameters }: GateSlot): GateVerdict {
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

/**
 * Why resolved parameters are too large, or `undefined`. A few references to one large output are a very large text, each
 * action could double what the one before has, and all of them together stay as long as the run; so they are measured.
 */
function parametersExcess(
  { config: { limits, outputLimits }, ownExtras: extras }: Pick<GateRun, "config" | "ownExtras">,
  parameters: JsonObject,
): Reason | undefined {
  const size = measure(outputLimits, parameters);
  if (typeof size !== "number") return size;
  extras.resolvedBytes += size;
  if (extras.resolvedBytes <= limits.max_resolved_bytes) return undefined;
  const message = `${WHAT} of the run's actions are larger than ${limits.max_resolved_bytes} bytes together`;
  return { code: "invalid", message, limit: "max_resolved_bytes" };
}

/** The same of one call beside the plan, which must be possible however much the run holds. */
export function errandExcess({ config }: Pick<GateRun, "config">, parameters: JsonObject): Reason | undefined {
  const size = measure(config.outputLimits, parameters);
  return typeof size === "number" ? undefined : size;
}

const WHAT = "with their references resolved the parameters";

function measure(limits: GateRun["config"]["outputLimits"], parameters: JsonObject): Reason | number {
  const size = measureJson(parameters, limits);
  if (size === "maxDepth") {
    const message = `${WHAT} are nested deeper than ${limits.maxDepth} levels`;
    return { code: "invalid", message, limit: "max_depth" };
  }
  if (size === "maxBytes") {
    const message = `${WHAT} are larger than ${limits.maxBytes} bytes`;
    return { code: "invalid", message, limit: "max_output_bytes" };
  }
  return size;
}
