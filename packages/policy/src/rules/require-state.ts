import { jsonEqual, type JsonValue } from "@car/ir";
import type { PolicyStateView } from "@car/ir/ports";
import * as z from "zod";
import { deny } from "../decision/decisions.js";
import { JsonField, ToolField } from "../schema/fields.js";
import { ruleBase } from "../schema/rule-base.js";
import { toData } from "../schema/to-data.js";
import type { DecidingRule } from "./compiled-rule.js";
import { callsOf } from "./rule-scope.js";

/** Denies tool calls unless the state has a value at a key. */
export const RequireState = z.strictObject({
  type: z.literal("require_state"),
  ...ruleBase,
  key: z.string().min(1),
  value: JsonField.optional().describe("What the value must equal. Absent: any value will do."),
  tools: z.array(ToolField).min(1).optional().describe("Whose calls need it. Absent: every tool's."),
  trust: z.literal("model").optional().describe("Also believe a value that a model wrote."),
});
export type RequireState = z.infer<typeof RequireState>;

/** What `requireState` takes. */
export interface RequireStateOptions {
  readonly id?: string;
  readonly message?: string;
  readonly key: string;
  /** What the value must equal. Absent: any value will do, null too. */
  readonly value?: JsonValue;
  /** Exact or `prefix*`. Default: every tool. */
  readonly tools?: readonly string[];
  /** Also believe a value that a model wrote. Default: only what the host or a tool stood for counts. */
  readonly trust?: "model";
}

/** Denies tool calls unless the state has the wanted value at `key`. */
export function requireState(options: RequireStateOptions): RequireState {
  return { type: "require_state", ...toData(options) } as RequireState;
}

export function compileRequireState(rule: RequireState, id: string): DecidingRule {
  const { key, value, tools = ["*"], trust } = rule;
  const need = value === undefined ? "is needed" : "does not have the needed value";
  const denial = deny(id, rule.message ?? `state \`${key}\` ${need}`);
  return {
    kind: "deciding",
    id,
    scope: callsOf(...tools),
    keysRead: [key],
    evaluate(_request, state) {
      const found = stateValue(state, key, trust);
      const holds = value === undefined ? found !== undefined : jsonEqual(found, value);
      return holds ? undefined : denial;
    },
  };
}

const TRUST_MODEL = Object.freeze({ trust: "model" });

/** The value at `key` that a rule may rely on. */
export function stateValue(state: PolicyStateView, key: string, trust: "model" | undefined): JsonValue | undefined {
  return trust === undefined ? state.get(key) : state.get(key, TRUST_MODEL);
}
