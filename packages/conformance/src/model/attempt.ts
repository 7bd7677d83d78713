import type { JsonValue } from "@car/ir";
import type { ActionRun, Failure } from "./action-run.js";
import { reportedWrites } from "./effects.js";
import { calleeOf, failureOf, mayRepeat, noteDoing, timeoutOf } from "./failures.js";
import { fail, giveUp, noteLate, succeed } from "./finish.js";
import { type ModelRun, retriesOf, retryDelayMs } from "./run.js";
import { remember } from "./sharing.js";

/** The tool has answered or thrown. */
export function settleCall(run: ModelRun, action: ActionRun): void {
  const outcome = action.call?.outcome;
  if (outcome === undefined || outcome.kind === "hang") throw new TypeError("nothing is in flight");
  const failure = failureOf(calleeOf(action), outcome);
  if (failure !== undefined) return failAttempt(run, action, failure);
  const output: JsonValue = outcome.kind === "output" ? outcome.value : null;
  action.reported = reportedWrites(action, output);
  remember(run, action, output);
  succeed(run, action, { output, own: action.reported });
}

/** The attempt's time is up. What the tool does from now on is late and dropped. */
export function timeOut(run: ModelRun, action: ActionRun): void {
  noteLate(run, action);
  failAttempt(run, action, timeoutOf(calleeOf(action)));
}

function failAttempt(run: ModelRun, action: ActionRun, failure: Failure): void {
  noteDoing(action, failure.doing);
  // Reading of the contract: once a call has been signalled, what it throws is its answer to the signal.
  if (run.stop !== undefined || run.outOfTime) {
    return giveUp(run, action, { code: failure.thrown ? "canceled" : failure.code });
  }
  if (!isRetryDue(run, action, failure)) return fail(run, action, failure);
  // Nobody knows what happened, and nobody may do it again: the action is in doubt.
  if (!mayRepeat(calleeOf(action), failure)) return fail(run, action, { code: "in_doubt", class: failure.class });
  action.lastFailure = failure;
  action.phase = "delayed";
  const at = run.now + retryDelayMs(run, action.attempts, failure.retryAfterMs);
  run.agenda = [...run.agenda, { at, kind: "retry_due", index: action.planned.index, attempt: action.attempts }];
}

function isRetryDue(run: ModelRun, action: ActionRun, failure: Failure): boolean {
  const isRepeatable = failure.class === "transient" || failure.class === "timeout";
  // Once a budget is used up nothing is tried again.
  return isRepeatable && action.attempts <= retriesOf(action, run) && run.exceeded === undefined;
}
