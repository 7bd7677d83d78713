import type { JsonValue } from "../json/json-value.js";
import type { ApprovalRequest } from "../ports/approver.js";
import type { PolicyReason } from "../ports/policy-engine.js";

/** Payload of `policy_violation`. */
export type PolicyViolationData = {
  /** Every rule that denied. */
  readonly reasons: readonly PolicyReason[];
};

/** Payload of `approval_requested`: what somebody is shown who is to approve. */
export type ApprovalRequestedData = ApprovalRequest & {
  /** Names the request in the host's approval store; absent when an inline approver was asked. */
  readonly approval_id?: string;
  /** When the request in the store expires, in milliseconds since the epoch. */
  readonly expires_at?: number;
};

/** Payload of `action_deduplicated`. */
export type ActionDeduplicatedData = {
  /** The run that made the call. */
  readonly from_run_id: string;
  /** The action that made it. */
  readonly from_action_id: string;
  /** What it gave. */
  readonly output: JsonValue;
};

/** Payload of `cache_hit`. */
export type CacheHitData = {
  /** The run that made the call. */
  readonly from_run_id: string;
  /** The action that made it. */
  readonly from_action_id: string;
  /** Age of the cached result, in milliseconds. */
  readonly age_ms: number;
  /** What it gave. */
  readonly output: JsonValue;
};

/** Payload of `rate_limited`. */
export type RateLimitedData = {
  /** The tool whose rate limit, or whose `max_concurrency`, was waited for. */
  readonly tool: string;
  /** How long, in milliseconds. */
  readonly waited_ms: number;
  /** Whether the action's turn came in time. */
  readonly granted: boolean;
};

/** Payload of `budget_exceeded`. */
export type BudgetExceededData = {
  /** Name of the limit: `max_tool_calls`, `max_actions`, `max_duration_ms`, or that of a counter. */
  readonly limit: string;
};
