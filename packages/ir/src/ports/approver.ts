import type { JsonObject } from "../json/json-value.js";
import type { Reversibility } from "../action/action-base.js";
import type { ValueSource } from "./policy-flow.js";
import type { PolicyReason } from "./policy-engine.js";

/** Where the value of one parameter came from, as far as the engine followed it. */
export type ParameterOrigin = {
  /** Labels of the data that it is made of. */
  readonly labels: readonly string[];
  /** Where it was seen first, from the best evidence to the worst. */
  readonly source: ValueSource;
};

/** What somebody is asked to approve. */
export type ApprovalRequest = {
  /** The run that waits. */
  readonly run_id: string;
  /** Its proposal. */
  readonly proposal_id: string;
  /** Its action. */
  readonly action_id: string;
  /** The tool to be called; of an action that calls none, its type. */
  readonly tool: string;
  /** Resolved: exactly what the call would get. */
  readonly parameters: JsonObject;
  /** On whose behalf. */
  readonly principal: string;
  /** Why the policy wants an approval. */
  readonly reasons: readonly PolicyReason[];
  /** Whether the call could be taken back, by the host's word. */
  readonly reversibility: Reversibility;
  /** Where each value came from, by name of the parameter; absent when the policy does not follow data. */
  readonly origins?: Readonly<Record<string, ParameterOrigin>>;
};

/** The answer to a request. */
export type ApprovalAnswer = {
  /** Whether the action may run. */
  readonly approved: boolean;
  /** Who answered, for the log. */
  readonly by?: string;
  /** What they said to it. */
  readonly note?: string;
};

/** Asks somebody, inline. Bounded by `limits.approval_timeout_ms`; an exception or a timeout is a denial. */
export type Approver = (
  request: ApprovalRequest,
  options: { readonly signal: AbortSignal },
) => ApprovalAnswer | boolean | Promise<ApprovalAnswer | boolean>;
