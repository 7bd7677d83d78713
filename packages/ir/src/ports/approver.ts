import type { JsonObject } from "../json/json-value.js";
import type { Reversibility } from "../action/action-base.js";
import type { ValueSource } from "./policy-flow.js";
import type { PolicyReason } from "./policy-engine.js";

/** Where the value of one parameter came from, as far as the engine followed it. */
export type ParameterOrigin = {
  /** Labels of the data that it is made of. */
  readonly labels: readonly string[];
  readonly source: ValueSource;
};

/** What somebody is asked to approve. */
export type ApprovalRequest = {
  readonly run_id: string;
  readonly proposal_id: string;
  readonly action_id: string;
  readonly tool: string;
  /** Resolved: exactly what the call would get. */
  readonly parameters: JsonObject;
  readonly principal: string;
  readonly reasons: readonly PolicyReason[];
  readonly reversibility: Reversibility;
  /** By name of the parameter; absent when the policy does not follow data. */
  readonly origins?: Readonly<Record<string, ParameterOrigin>>;
};

/** The answer to a request. */
export type ApprovalAnswer = {
  readonly approved: boolean;
  /** Who answered, for the log. */
  readonly by?: string;
  readonly note?: string;
};

/** Asks somebody, inline. Bounded by `limits.approval_timeout_ms`; an exception or a timeout is a denial. */
export type Approver = (
  request: ApprovalRequest,
  options: { readonly signal: AbortSignal },
) => ApprovalAnswer | boolean | Promise<ApprovalAnswer | boolean>;
