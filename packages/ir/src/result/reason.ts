import * as z from "zod";

/** Why an action or a proposal did not succeed. Stable within a major version. */
export const ReasonCode = z.enum([
  "invalid",
  "unknown_tool",
  "precondition_failed",
  "dependency_missing",
  "assumption_stale",
  "capability_denied",
  "policy_denied",
  "approval_required",
  "approval_denied",
  "failed",
  "timeout",
  "canceled",
  "dependency_unsuccessful",
  "aborted",
  "budget_exceeded",
  "lock_timeout",
  "nested_conflict",
  "conflict",
  "in_doubt",
  "invalid_output",
  "unsupported",
  "revoked",
  "store_error",
]);
export type ReasonCode = z.infer<typeof ReasonCode>;

/** A reason: its code, a sentence for people and, where they apply, the facts a program or a model needs. */
export type Reason = {
  /** Stable; what programs look at. */
  readonly code: ReasonCode;
  /** For people and models; may change in any release. */
  readonly message: string;
  /** The action this is about; in a skip, the action that caused it. */
  readonly action_id?: string;
  /** State keys involved. Never their values. */
  readonly keys?: readonly string[];
  /** Ids of the policy rules involved. */
  readonly policies?: readonly string[];
  /** Every single problem, with the place where it is. */
  readonly problems?: readonly { readonly path: string; readonly message: string }[];
  /** Class of a tool's failure. */
  readonly class?: string;
  /**
   * Of a call's failure, what is known of what it did: `unknown`, or `acted` when only its output was refused. Absent when
   * it did nothing, or could leave nothing outside.
   */
  readonly outcome?: "unknown" | "acted";
  /** Name of the limit that was reached. */
  readonly limit?: string;
};
