import { Action, type JsonObject, type JsonValue, type ToolSchema } from "@car/ir";
import { setOwn } from "@car/ir/internal";
import type { PolicyFlow, PolicyHistory, PolicyRequest, PolicyStateView } from "@car/ir/ports";

/** The parts of a question that matter to a test; the rest is filled in. */
export interface PolicyQuestion {
  /** Default: `tool`, when `action` is absent too. */
  readonly tool?: string;
  readonly parameters?: JsonObject;
  /** In the place of a call of `tool`. */
  readonly action?: Action;
  readonly principal?: string;
  /** Milliseconds. Default: 0. */
  readonly now?: number;
  /** Default: `decide`. */
  readonly mode?: PolicyRequest["mode"];
  /** What the host says of the tool. */
  readonly schema?: Partial<ToolSchema>;
  readonly flow?: PolicyFlow;
  readonly history?: PolicyHistory;
}

/** A question for a policy engine. */
export function policyRequest(question: PolicyQuestion = {}): PolicyRequest {
  const { tool = "tool", parameters = {}, principal = "somebody", now = 0, mode = "decide" } = question;
  const action = question.action ?? Action.parse({ id: "a1", type: "tool_call", tool });
  return {
    action: question.action ?? ({ ...action, parameters } as Action),
    parameters: question.action === undefined ? parameters : (action.parameters as JsonObject),
    principal,
    run_id: "0".repeat(32),
    proposal_id: "0".repeat(12),
    attempt: 1,
    now,
    mode,
    ...(question.schema !== undefined && { tool: question.schema as ToolSchema }),
    ...(question.flow !== undefined && { flow: question.flow }),
    ...(question.history !== undefined && { history: question.history }),
  };
}

/** A state in which `trusted` is what the host stood for, and `claimed` what a model wrote over it. */
export function policyState(trusted: JsonObject = {}, claimed: JsonObject = {}): PolicyStateView {
  return {
    get(key, options) {
      if (options?.trust === "model" && Object.hasOwn(claimed, key)) return claimed[key];
      return Object.hasOwn(trusted, key) ? trusted[key] : undefined;
    },
  };
}

/** Parameters with a member of any name, `__proto__` too. */
export function parametersWith(name: string, value: JsonValue): JsonObject {
  const parameters: Record<string, JsonValue> = {};
  setOwn(parameters, name, value);
  return parameters;
}
