import { EXTERNAL } from "../plan/plan-flags.js";
import { failed, type Unsuccessful } from "./outcome.js";
import type { Run } from "./run.js";
import type { Slot } from "./slot.js";

const BASE_MS = 100;
const CAP_MS = 30_000;
/** A tool that asks for a longer pause than this, in milliseconds, is not retried. */
const MAX_RETRY_AFTER_MS = 600_000;

/**
 * How long to wait before another attempt (exponential backoff with full jitter), or `undefined` when there is none.
 */
export function retryDelay(run: Run, slot: Slot, failure: Unsuccessful): number | undefined {
  const { action, attempts } = slot;
  if (action.failure_behavior !== "retry" || run.stop !== undefined) return undefined;
  if (failure.errorClass !== "transient" && failure.errorClass !== "timeout") return undefined;
  if (!hasAttemptsLeft(run, slot)) return undefined;
  const after = failure.retryAfterMs ?? 0;
  if (after > MAX_RETRY_AFTER_MS) return undefined;
  const backoff = Math.min(CAP_MS, BASE_MS * 2 ** (attempts - 1)) * run.services.random();
  return Math.max(backoff, after);
}

/**
 * A call that was given up may still act. Only the host's word that it is idempotent, or that it leaves nothing, makes
 * another attempt safe; without it nobody knows what happened, and the call is not repeated.
 */
export function inDoubt(run: Run, slot: Slot, failure: Unsuccessful): Unsuccessful | undefined {
  if (failure.errorClass !== "timeout" || slot.action.failure_behavior !== "retry" || !slot.abandoned) return undefined;
  if (run.stop !== undefined || !hasAttemptsLeft(run, slot)) return undefined;
  if (slot.tool!.schema.idempotent || (run.plan.flags[slot.index]! & EXTERNAL) === 0) return undefined;
  run.record("action_in_doubt", slot, { reason: failure.reason });
  const message = `${failure.reason.message}; it may have acted, so it is not called again`;
  return failed({ code: "in_doubt", message, class: "timeout" });
}

function hasAttemptsLeft({ config }: Run, { action, attempts }: Slot): boolean {
  return attempts <= Math.min(action.max_retries, config.limits.max_retries);
}
