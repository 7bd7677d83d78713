import type { EventDataOf, ReplacedRun, ReplanExhaustedData } from "@car/ir";
import { errorOf } from "../time/bounded-wait.js";
import { type Chain, lastTry } from "./replan-services.js";

/** Where the proposal after the last one stands. */
export function placeAfterLast(chain: Chain, attempt: number): ReplacedRun {
  return {
    root_run_id: chain.tries[0]!.result.run_id,
    previous_run_id: lastTry(chain).result.run_id,
    attempt,
  };
}

/** Records that a proposal failed and another one is asked for. Returns what a log that fails throws. */
export function recordRequested(chain: Chain, attempt: number): Error | undefined {
  const { result } = lastTry(chain);
  return record(chain, "replan_requested", {
    ...placeAfterLast(chain, attempt),
    attempts_left: chain.maxReplans - attempt,
    proposal_hash: result.proposal_hash,
    status: result.status,
    ...(result.cause === undefined ? {} : { cause: result.cause }),
  });
}

/** Records that a replan committed. The commit stands, whatever the log does now. */
export function recordSucceeded(chain: Chain, place: ReplacedRun): Promise<void> {
  const { run_id, proposal_hash } = lastTry(chain).result;
  record(chain, "replan_succeeded", { ...place, run_id, proposal_hash });
  return flushed(chain);
}

/** Records that the chain ended without a commit, after `attempt` questions. */
export function recordExhausted(
  chain: Chain,
  {
    attempt,
    stop,
    hash,
  }: { readonly attempt: number; readonly stop: ReplanExhaustedData["stop"]; readonly hash: string | undefined },
): Promise<void> {
  const proposal_hash = hash ?? lastTry(chain).result.proposal_hash;
  record(chain, "replan_exhausted", { ...placeAfterLast(chain, attempt), proposal_hash, stop });
  return flushed(chain);
}

function record<K extends "replan_requested" | "replan_succeeded" | "replan_exhausted">(
  { services: { host } }: Chain,
  kind: K,
  data: EventDataOf[K],
): Error | undefined {
  const { recorder, clock, logger } = host;
  try {
    recorder.recordOutside(kind, clock.now(), data);
    return undefined;
  } catch (error) {
    logger.error({ error }, "the event log failed");
    return errorOf(error);
  }
}

function flushed({ services: { host } }: Chain): Promise<void> {
  return new Promise((resolve) => host.recorder.flushThen(() => resolve()));
}
