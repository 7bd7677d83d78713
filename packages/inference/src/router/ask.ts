import { type CarError, InferenceFailedError, type InferenceFailure } from "@car/ir";
import type { InferenceCall, InferenceResponse } from "@car/ir/ports";
import { failureOf } from "../failure/failure-of.js";
import { INFERENCE_LIMITS } from "../limits.js";
import { type Candidate, candidatesFor, type Need } from "./candidates.js";
import type { RouterOptions } from "./router-options.js";
import { type BoundedCall, boundedCall } from "./with-deadline.js";

/** A router's parts. */
export interface Way {
  readonly options: RouterOptions;
  readonly all: readonly Candidate[];
}

/** One request, and how a model is asked it. */
export interface Question<T> {
  readonly call: InferenceCall | undefined;
  readonly run: (candidate: Candidate, call: InferenceCall) => Promise<T>;
}

interface Answered {
  readonly usage: InferenceResponse["usage"];
}

/** Asks the best model, and the next ones when it fails in a way that is its own. Rejects with the last failure. */
export async function ask<T extends Answered>(way: Way, need: Need, { call, run }: Question<T>): Promise<T> {
  return overModels(way, { need, call }, async (candidate) => {
    const bounded = openCall(way, candidate, call);
    const startMs = way.options.clock.now();
    try {
      const answer = await bounded.settle(run(candidate, bounded.call));
      candidate.record.succeeded(answer.usage, { startMs, nowMs: way.options.clock.now() });
      return answer;
    } finally {
      bounded.end();
    }
  });
}

/** Starts the time of one model's call. */
export function openCall({ options }: Way, { provider }: Candidate, call: InferenceCall | undefined): BoundedCall {
  const { clock, timeoutMs = INFERENCE_LIMITS.timeoutMs } = options;
  return boundedCall({ model: provider.info.id, clock, timeoutMs, call });
}

/** Tries `attempt` with one model after the other, until one succeeds or fails in a way that another model would not change. */
export async function overModels<T>(
  way: Way,
  { need, call }: { readonly need: Need; readonly call: InferenceCall | undefined },
  attempt: (candidate: Candidate) => Promise<T>,
): Promise<T> {
  const { weights, maxModels = INFERENCE_LIMITS.maxModelsTried, clock } = way.options;
  const candidates = candidatesFor(way.all, need, { weights, nowMs: clock.now(), limit: maxModels });
  for (const [index, candidate] of candidates.entries()) {
    try {
      return await attempt(candidate);
    } catch (thrown) {
      const error = noteFailure(way, candidate, { thrown, call });
      const next = candidates[index + 1];
      if (next === undefined || !fallsThrough(error)) throw error;
      report(way, { need, call, error, from: candidate, to: next });
    }
  }
  throw new InferenceFailedError("no model was asked", { kind: "invalid_request" });
}

/** Books a failure and gives it the form of this project. */
export function noteFailure(
  { options }: Way,
  { provider, record }: Candidate,
  { thrown, call }: { readonly thrown: unknown; readonly call: InferenceCall | undefined },
): CarError {
  const error = failureOf(thrown, { model: provider.info.id, call });
  record.failed(error, options.clock.now());
  return error;
}

/** A refusal is about the content and must not be shopped around; a bad request is bad everywhere, unless it is this model that lacks something. */
const FALLS_THROUGH: ReadonlySet<string> = new Set<InferenceFailure>([
  "account",
  "rate_limited",
  "unavailable",
  "timeout",
  "bad_answer",
]);

function fallsThrough(error: CarError): boolean {
  if (error.code === "CAR_INFERENCE_NO_MODEL") return true;
  if (error.code !== "CAR_INFERENCE_FAILED") return false;
  const { kind, lacks } = error as InferenceFailedError;
  return FALLS_THROUGH.has(kind) || lacks !== undefined;
}

interface Fallback {
  readonly need: Need;
  readonly call: InferenceCall | undefined;
  readonly error: CarError;
  readonly from: Candidate;
  readonly to: Candidate;
}

function report({ options }: Way, { need, call, error, from, to }: Fallback): void {
  try {
    options.onFallback?.({
      capability: need.method,
      from: from.provider.info.id,
      to: to.provider.info.id,
      kind: error.code === "CAR_INFERENCE_FAILED" ? (error as InferenceFailedError).kind : "no_model",
      message: error.message,
      ...(call?.caller === undefined ? {} : { caller: call.caller }),
    });
  } catch {
    // A listener's fault is no reason to leave the caller without an answer.
  }
}
