import * as z from "zod";

const count = (value: number) => z.int().positive().default(value);
const ms = (value: number) => z.number().positive().default(value);

/** Bounds on everything that could otherwise grow or wait without end. Times are in milliseconds. */
export const Limits = z.strictObject({
  max_actions: count(10_000),
  /** Size of a proposal as JSON text, in bytes. */
  max_bytes: count(8 * 1024 * 1024),
  /** Nesting of arrays and objects in a proposal, an output, or parameters with their references resolved. */
  max_depth: z.int().positive().max(256).default(64),
  /** Size of one tool output, or of one action's parameters with their references resolved, in bytes of JSON text (estimated). */
  max_output_bytes: count(8 * 1024 * 1024),
  /** Size of one before-image, in bytes of JSON text (estimated). A call whose image is larger is refused. */
  max_image_bytes: count(1024 * 1024),
  /** Clamps every action's `max_retries`. */
  max_retries: z.int().nonnegative().default(10),
  /** Sum over a run of its actions' parameters with their references resolved, in bytes of JSON text (estimated). */
  max_resolved_bytes: count(64 * 1024 * 1024),
  /** Longest time of one attempt whose tool names no `timeout_ms`. */
  default_timeout_ms: ms(300_000),
  lock_timeout_ms: ms(30_000),
  rate_limit_timeout_ms: ms(30_000),
  single_flight_timeout_ms: ms(30_000),
  /** Longest a policy may think about one action; then it denies. */
  policy_timeout_ms: ms(30_000),
  /** Longest an inline approver may take; then it has denied. */
  approval_timeout_ms: ms(300_000),
  /** How long a request in an approval store can be answered, and an approval of a plan used. */
  approval_ttl_ms: ms(7 * 86_400_000),
  /** Longest a callback may think about a new proposal after one that failed, and longest that proposal is verified. */
  replan_timeout_ms: ms(300_000),
  /** How long an abort or a close waits for calls in flight. */
  drain_timeout_ms: ms(5_000),
  /** Longest time one attempt at a compensation may take. */
  compensation_timeout_ms: ms(30_000),
  /** Longest time a probe may take; then it cannot tell. */
  probe_timeout_ms: ms(30_000),
  /** Principals without an open run whose `session` budget is remembered; who is forgotten starts a new one. */
  max_session_budgets: count(10_000),
  max_open_runs: count(10_000),
  max_run_depth: count(16),
  max_receipts: count(10_000),
  receipt_ttl_ms: ms(86_400_000),
  max_cached_results: count(1_000),
});
export type Limits = Readonly<z.infer<typeof Limits>>;

/** Limits as a host writes them; what is left out has the default. */
export type LimitsInput = z.input<typeof Limits>;

/** The limits of a host that sets none. */
export const DEFAULT_LIMITS: Limits = Object.freeze(Limits.parse({}));
