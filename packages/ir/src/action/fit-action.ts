import { emptyList, emptyObject } from "../json/empty.js";
import type { JsonObject, JsonValue } from "../json/json-value.js";
import { fitList, hasOnly, isListOf, isObject, isOneOf, isText, isWhole, type Written } from "../parse/fits.js";
import type { Action } from "./action.js";
import { FailureBehavior, InvocationMode, MAX_TIMEOUT_MS, Reversibility } from "./action-base.js";
import { fitAssertion, fitCompensation, fitPrecondition, isActionId, isAssumption } from "./fit-parts.js";
import { isRead, isWrite, type Names } from "./fit-parts.js";
import type { ToolCall } from "./tool-call.js";

const NAMES: Names<ToolCall> = {
  ...{ id: true, type: true, tool: true, parameters: true, preconditions: true, expected_effects: true },
  ...{ state_dependencies: true, dependencies: true, read_set: true, write_set: true, assumptions: true },
  ...{ idempotent: true, max_retries: true, failure_behavior: true, timeout_ms: true, reversibility: true },
  ...{ compensation: true, invocation_mode: true, metadata: true },
};

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * What the schema `Action` makes of a frozen JSON value, frozen as well, or `undefined` when it does not fit, or when only
 * the schema can tell. Many times as fast as the schema, because nothing is remembered of what is wrong.
 */
export function fitAction(written: JsonValue): Action | undefined {
  if (!isObject(written) || !hasOnly(written, NAMES)) return undefined;
  const { type, tool, timeout_ms, reversibility, compensation } = written;
  const action = fitRequired(written, fitParameters(type, written["parameters"]));
  if (action === undefined) return undefined;
  if (type === "tool_call") {
    if (!isText(tool)) return undefined;
    action.tool = tool;
  } else if (tool !== undefined) return undefined;
  if (timeout_ms !== undefined) {
    if (!isWhole(timeout_ms, 1, MAX_TIMEOUT_MS)) return undefined;
    action.timeout_ms = timeout_ms;
  }
  if (reversibility !== undefined) {
    if (!isOneOf(reversibility, Reversibility.options)) return undefined;
    action.reversibility = reversibility;
  }
  if (compensation !== undefined) {
    const fitted = fitCompensation(compensation);
    if (fitted === undefined) return undefined;
    action.compensation = fitted;
  }
  // INVARIANT: `fitParameters` gave the parameters of this type, and `tool` is there for a tool call only.
  return Object.freeze(action) as Action;
}

type Fitted = Omit<Writable<ToolCall>, "type" | "tool" | "parameters"> &
  Pick<Action, "type" | "parameters"> & { tool?: string };

/** An action without the members that may be absent. */
function fitRequired(written: JsonObject, parameters: Action["parameters"] | undefined): Fitted | undefined {
  const { id, expected_effects = emptyObject(), metadata = emptyObject(), max_retries = 3 } = written;
  const { state_dependencies = emptyList(), dependencies = emptyList() } = written;
  const { read_set = emptyList(), write_set = emptyList(), assumptions = emptyList() } = written;
  const { idempotent = false, failure_behavior = "abort", invocation_mode = "one_shot" } = written;
  const { preconditions: conditions = emptyList() } = written;
  const preconditions = fitList(conditions, fitPrecondition);
  if (
    parameters === undefined ||
    preconditions === undefined ||
    !isActionId(id) ||
    !isObject(expected_effects) ||
    !isObject(metadata) ||
    !isListOf(state_dependencies, isText) ||
    !isListOf(dependencies, isActionId) ||
    !isListOf(read_set, isText) ||
    !isListOf(write_set, isText) ||
    !isListOf(assumptions, isAssumption) ||
    typeof idempotent !== "boolean" ||
    !isWhole(max_retries, 0) ||
    !isOneOf(failure_behavior, FailureBehavior.options) ||
    !isOneOf(invocation_mode, InvocationMode.options)
  ) {
    return undefined;
  }
  // One literal: objects that are made alike are read and frozen several times as fast as others.
  return {
    id,
    type: written["type"] as Action["type"],
    parameters,
    preconditions,
    expected_effects,
    state_dependencies,
    dependencies,
    read_set,
    write_set,
    assumptions,
    idempotent,
    max_retries,
    failure_behavior,
    invocation_mode,
    metadata,
  };
}

function fitParameters(type: Written, parameters: Written): Action["parameters"] | undefined {
  switch (type) {
    case "tool_call":
      if (parameters === undefined) return emptyObject();
      return isObject(parameters) ? parameters : undefined;
    case "state_write":
      return isWrite(parameters) ? parameters : undefined;
    case "state_read":
      return isRead(parameters) ? parameters : undefined;
    case "assertion":
      return fitAssertion(parameters);
    default:
      return undefined;
  }
}
