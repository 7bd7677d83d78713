import { isExternal } from "../dispatch/external.js";
import { leftByRunsOf } from "./external-effects.js";
import type { Unsuccessful } from "./outcome.js";
import type { Run } from "./run.js";
import type { Slot } from "./slot.js";

const BASE_MS = 100;
const CAP_MS = 30_000;
/** A tool that asks for a longer pause than this, in milliseconds, is not retried. */
const MAX_RETRY_AFTER_MS = 600_000;
/** Retries of a call that undoes another. */
const MAX_UNDO_RETRIES = 3;

/**
 * How long to wait before another attempt (exponential backoff with full jitter), or `undefined` when none is wanted.
 */
export function retryDelay(run: Run, slot: Slot, failure: Unsuccessful): number | undefined {
  if (!isRetryable(slot, failure) || slot.attempts > mostRetries(run, slot)) return undefined;
  if (slot.errand === undefined && run.stop !== undefined) return undefined;
  const after = failure.retryAfterMs ?? 0;
  if (!(after <= MAX_RETRY_AFTER_MS)) return undefined;
  const backoff = Math.min(CAP_MS, BASE_MS * 2 ** (slot.attempts - 1)) * fraction(run.host.random());
  return Math.max(backoff, after);
}

/** Whether the call can be made again without anybody knowing what the last one, and what it had started, did. */
export function mayRepeat(run: Run, slot: Slot, { sideEffect = "none" }: Pick<Unsuccessful, "sideEffect">): boolean {
  if (slot.tool?.schema.idempotent === true) return true;
  return (sideEffect === "none" || !isExternal(run, slot)) && leftByRunsOf(run, slot) === "none";
}

function isRetryable({ action, errand }: Slot, { errorClass }: Unsuccessful): boolean {
  if (errand !== undefined) return errorClass === "transient";
  return action.failure_behavior === "retry" && (errorClass === "transient" || errorClass === "timeout");
}

/** Whether the action wants another attempt after one that failed in passing, and has one left. */
export function hasRetriesLeft(run: Run, slot: Slot): boolean {
  return slot.action.failure_behavior === "retry" && slot.attempts <= mostRetries(run, slot);
}

function mostRetries({ config }: Run, { action, errand }: Slot): number {
  return errand === undefined ? Math.min(action.max_retries, config.limits.max_retries) : MAX_UNDO_RETRIES;
}

/** A host's random source may give anything. */
function fraction(random: unknown): number {
  return typeof random === "number" && random >= 0 && random <= 1 ? random : 1;
}
