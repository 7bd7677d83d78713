import type { Action } from "../action/action.js";
import type { JsonObject, JsonValue } from "../json/json-value.js";
import type { ToolSchema } from "../tool/tool-schema.js";
import type { PlanFinding, PolicyFlow, PolicyHistory, PolicyPlan } from "./policy-flow.js";

/** Why a rule decided as it did. Never quotes the text that matched. */
export type PolicyReason = {
  /** Id of the rule. */
  readonly policy_id: string;
  /** For people and models. */
  readonly message: string;
};

/** What a policy on trial would have decided. `undecided`: it failed, or would have had to be waited for. */
export type ShadowDecision = {
  /** Names the set of rules on trial. */
  readonly version: string;
  /** What it would have answered. */
  readonly effect: Decision["effect"] | "undecided";
  /** Its reasons, as in a decision. */
  readonly reasons: readonly PolicyReason[];
};

/** The answer of a policy. A denial overrides a request for approval, which overrides an allowance. */
export type Decision = {
  /** What becomes of the action. */
  readonly effect: "allow" | "deny" | "require_approval";
  /** The rules that denied, or else those that ask for an approval; empty when it is allowed. */
  readonly reasons: readonly PolicyReason[];
  /** What a policy on trial would have decided: logged beside it, and never enforced. */
  readonly shadow?: ShadowDecision;
};

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
  /** Where the parameters came from. Absent unless the policy `supports.flow`, and in `verify`, where `checkPlan` is asked. */
  readonly flow?: PolicyFlow | undefined;
  /** Earlier calls. Absent unless the policy `supports.history`, and in `verify`, where `checkPlan` is asked. */
  readonly history?: PolicyHistory | undefined;
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
  /** What it keeps, and what it asks for: the engine follows neither data nor history for a policy that does not look at them. */
  readonly supports: {
    /** Whether rate limits and other counting rules are kept between calls. */
    readonly rateLimits: boolean;
    /** Whether it looks at `flow`. */
    readonly flow?: boolean;
    /** Whether it looks at `history`. */
    readonly history?: boolean;
  };
  /** The decision; a value when nothing has to be waited for. */
  check(request: PolicyRequest, state: PolicyStateView): Decision | Promise<Decision>;
  /** State keys that data rules read to decide on this action; the run locks them for reading. */
  keysRead?(action: Action): readonly string[];
  /**
   * What can be said about a whole proposal before anything runs. Asked once per run, after its locks are taken. The
   * same rules are asked again by `check`, under the same names, for what only shows later. An exception denies.
   */
  checkPlan?(plan: PolicyPlan, state: PolicyStateView): readonly PlanFinding[] | Promise<readonly PlanFinding[]>;
  /** Labels that a successful call of this tool takes off what it puts out. */
  endorses?(tool: string): readonly string[];
  /** Names of tools, exact or `prefix*`, that its rules speak of: the runtime warns of those that do not exist. */
  readonly tools?: readonly string[];
}
