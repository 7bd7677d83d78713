import type { Action } from "../action/action.js";
import type { JsonObject, JsonValue } from "../json/json-value.js";
import type { ToolSchema } from "../tool/tool-schema.js";

/** Why a rule decided as it did. Never quotes the text that matched. */
export interface PolicyReason {
  readonly policy_id: string;
  readonly message: string;
}

/** The answer of a policy. A denial overrides a request for approval, which overrides an allowance. */
export interface Decision {
  readonly effect: "allow" | "deny" | "require_approval";
  readonly reasons: readonly PolicyReason[];
}

/** The one shared allowance without reasons. */
export const ALLOW: Decision = Object.freeze({ effect: "allow", reasons: Object.freeze([]) });

/** The question put to a policy. */
export interface PolicyRequest {
  readonly action: Action;
  /** The action's parameters with references resolved; in `verify`, unresolved ones stand as written. */
  readonly parameters: JsonObject;
  /** The tool of a `tool_call`. */
  readonly tool?: ToolSchema | undefined;
  readonly principal: string;
  readonly run_id: string;
  readonly proposal_id: string;
  readonly attempt: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /**
   * `decide`: before a call. `recheck`: again after a wait, for a call that has been decided (takes no further slot).
   * `verify`: nothing will run (takes no slot).
   */
  readonly mode: "decide" | "recheck" | "verify";
}

/** The state as policies see it: this run's own changes over what is committed. */
export interface PolicyStateView {
  /** The value at `key` that a host or tool stood for; with `trust: "model"` the newest value, whoever wrote it. */
  get(key: string, options?: { readonly trust?: "model" }): JsonValue | undefined;
}

/**
 * Decides whether an action may run. Rules PO-* are in `packages/policy/SPEC.md`; `testPolicyEngine` of
 * `@car/conformance` checks them. The engine treats an exception or a rejected promise as a denial.
 */
export interface PolicyEngine {
  /** Names this set of rules; changes when they do. Logged with each run. */
  readonly version: string;
  /** Whether rate limits and other counting rules are kept between calls. */
  readonly supports: { readonly rateLimits: boolean };
  /** The decision; a value when nothing has to be waited for. */
  check(request: PolicyRequest, state: PolicyStateView): Decision | Promise<Decision>;
  /** State keys that data rules read to decide on this action; the run locks them for reading. */
  keysRead?(action: Action): readonly string[];
}
