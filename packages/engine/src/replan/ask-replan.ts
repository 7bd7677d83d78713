import { type Reason, RuntimeClosedError } from "@car/ir";
import type { StateView } from "@car/ir/ports";
import { boundedWait, errorOf } from "../time/bounded-wait.js";
import type { ReplanAttempt, ReplanStop } from "./replan-options.js";
import { type Chain, lastTry } from "./replan-services.js";

/** Why a chain ends. */
export interface Halt {
  readonly stop: ReplanStop;
  readonly error?: Error;
  /** The proposal that ended it, when that was not tried. */
  readonly hash?: string;
}

/** Asks the callback for the next proposal, bounded in time. Never throws. */
export async function askReplan(chain: Chain, attempt: number): Promise<{ readonly proposal: unknown } | Halt> {
  const { services, options } = chain;
  const { store, timers } = services.host;
  let view: StateView;
  try {
    view = store.view();
  } catch (error) {
    return { stop: "runtime_failed", error: errorOf(error) };
  }
  const end = await boundedWait((signal) => options.replan(attemptOf(chain, { attempt, view, signal })), {
    timers,
    timeoutMs: services.host.config().limits.replan_timeout_ms,
    signals: [options.signal, services.closing],
  });
  view.release?.();
  switch (end.kind) {
    case "value":
      return end.value === undefined ? { stop: "gave_up" } : { proposal: end.value };
    case "error":
      return { stop: "replan_failed", error: errorOf(end.error) };
    case "timeout":
      return { stop: "replan_timeout" };
    case "aborted":
      if (options.signal?.aborted === true) return { stop: "canceled" };
      return { stop: "runtime_failed", error: new RuntimeClosedError("the runtime is closed") };
  }
}

interface Question {
  readonly attempt: number;
  readonly view: StateView;
  readonly signal: AbortSignal;
}

function attemptOf(chain: Chain, { attempt, view, signal }: Question): ReplanAttempt {
  const { result } = lastTry(chain);
  const completed = result.results.filter(({ status }) => status === "succeeded");
  const failed = result.results.filter(
    ({ status, attempts }) => status === "failed" || status === "rejected" || (status === "skipped" && attempts > 0),
  );
  return {
    attempt,
    attemptsLeft: chain.maxReplans - attempt,
    cause: result.cause ?? failed[0]?.reason ?? NO_CAUSE,
    result,
    failed,
    completed,
    state: readOnly(view),
    earlier: [...chain.tries],
    signal,
  };
}

const NO_CAUSE: Reason = Object.freeze({ code: "failed", message: "the run did not commit" });

/** The view without the right to release it. */
function readOnly(view: StateView): ReplanAttempt["state"] {
  return {
    version: view.version,
    entry: (key) => view.entry(key),
    get: (key) => view.get(key),
    keys: () => view.keys(),
  };
}
