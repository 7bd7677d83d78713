import type { JsonObject, ToolSchemaInput } from "@car/ir";
import type { Decision, PolicyEngine, PolicyRequest, PolicyStateView } from "@car/ir/ports";
import { verify } from "../verify.js";
import type { VerifyOptions } from "../verify-options.js";
import type { VerifyIssue } from "../verify-report.js";

/** For tests: an action with any further fields. */
export type ActionInput = Readonly<Record<string, unknown>> & { readonly id: string };

/** For tests: a call of the tool `t` of `TOOLS`, unless `fields` say otherwise. */
export function call(id: string, fields: Readonly<Record<string, unknown>> = {}): ActionInput {
  return { id, type: "tool_call", tool: "t", ...fields };
}

/** For tests: a `state_write`. */
export function write(id: string, key: string, value: unknown): ActionInput {
  return { id, type: "state_write", parameters: { key, value } };
}

/** For tests: an `assertion` that a key equals a value. */
export function expects(id: string, key: string, expected: unknown): ActionInput {
  return { id, type: "assertion", parameters: { key, expected } };
}

/** For tests: a precondition. */
export function holds(key: string, value: unknown, operator = "eq"): JsonObject {
  return { key, operator, value } as JsonObject;
}

/** For tests: `t` and `undo` change nothing outside; nothing can undo `send`; `load` writes `x` and `box/*`. */
export const TOOLS: readonly ToolSchemaInput[] = [
  { name: "t", reversibility: "reversible" },
  { name: "undo", reversibility: "reversible", parameters: { type: "object", required: ["id"] } },
  { name: "send" },
  { name: "load", reversibility: "reversible", effects: ["x", "box/*"] },
];

/** For tests: the report on actions, with `TOOLS` known. */
export function verifyActions(actions: readonly ActionInput[], options: VerifyOptions = {}) {
  return verify({ actions }, { tools: TOOLS, ...options });
}

/** For tests: issues as `severity code action`, in order. */
export function brief(issues: readonly VerifyIssue[]): readonly string[] {
  return issues.map(({ severity, code, action_id }) => [severity, code, action_id].filter(Boolean).join(" "));
}

/** For tests: the briefs of what `verify` finds in actions. */
export async function findings(
  actions: readonly ActionInput[],
  options: VerifyOptions = {},
): Promise<readonly string[]> {
  return brief((await verifyActions(actions, options)).issues);
}

/** For tests: a policy of one function. */
export function policy(check: (request: PolicyRequest, state: PolicyStateView) => unknown): PolicyEngine {
  const supports = { rateLimits: false };
  return { version: "1", supports, check: (request, state) => check(request, state) as Decision };
}

/** For tests: a decision with one reason. */
export function decision(effect: Decision["effect"]): Decision {
  return { effect, reasons: effect === "allow" ? [] : [{ policy_id: "p", message: "because" }] };
}
