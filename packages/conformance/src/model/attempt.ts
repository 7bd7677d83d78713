import type { ErrorClass, JsonObject, JsonValue, ReasonCode } from "@car/ir";
import { reportedWrites } from "./effects.js";
import { fail, giveUp, succeed } from "./finish.js";
import { fits, knownTool } from "./gates.js";
import { type ActionRun, type Failure, type ModelRun, retriesOf, retryDelayMs } from "./run.js";
import { remember } from "./sharing.js";
import type { ScriptedOutcome } from "./world.js";

/** The tool has answered or thrown. */
export function settleCall(run: ModelRun, action: ActionRun): void {
  const outcome = action.call?.outcome;
  if (outcome === undefined || outcome.kind === "hang") throw new TypeError("nothing is in flight");
  const failure = failureOf(action, outcome);
  if (failure !== undefined) return failAttempt(run, action, failure);
  const output = outcome.kind === "output" ? outcome.value : null;
  action.reported = reportedWrites(action, output);
  remember(run, action, output);
  succeed(run, action, { output, own: action.reported });
}

/** The attempt's time is up. What the tool does from now on is late and dropped. */
export function timeOut(run: ModelRun, action: ActionRun): void {
  action.timedOut = true;
  failAttempt(run, action, { code: "timeout", class: "timeout", thrown: false });
}

function failAttempt(run: ModelRun, action: ActionRun, failure: Failure): void {
  const code = codeOf(run, action, failure);
  // Reading of the contract: once a call has been signalled, what it throws is its answer to the signal.
  if (run.stop !== undefined || run.outOfTime) return giveUp(run, action, failure.thrown ? "canceled" : failure.code);
  const goesOn = isRetryDue(run, action, failure) && code !== "in_doubt";
  if (!goesOn) return fail(run, action, code);
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

/** A timeout after which a retry is due that nobody may make leaves the action in doubt. */
function codeOf(run: ModelRun, action: ActionRun, failure: Failure): ReasonCode {
  const isDoubtful = failure.code === "timeout" && isRetryDue(run, action, failure) && !mayRepeatBlindly(action);
  return isDoubtful ? "in_doubt" : failure.code;
}

/** After a timeout nobody knows what happened; doing it again is safe only by the host's word. */
function mayRepeatBlindly(action: ActionRun): boolean {
  return knownTool(action).idempotent || action.planned.reversibility === "reversible";
}

function failureOf(action: ActionRun, outcome: ScriptedOutcome): Failure | undefined {
  if (outcome.kind === "throw") {
    const { class: errorClass = "transient", retryAfterMs } = outcome;
    return { code: "failed", class: errorClass, thrown: true, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  }
  const output = outcome.kind === "output" ? outcome.value : null;
  const reported = errorClassOf(output);
  if (reported !== undefined) return { code: "failed", class: reported, thrown: false };
  const { returns } = knownTool(action);
  return returns === undefined || fits(output, returns)
    ? undefined
    : { code: "invalid_output", class: "terminal", thrown: false };
}

/** The class of an output that is a failure in disguise: `{error}` alone, or the `isError` flag. */
function errorClassOf(output: JsonValue): ErrorClass | undefined {
  if (typeof output !== "object" || output === null || Array.isArray(output)) return undefined;
  const object = output as JsonObject;
  if (object["isError"] === true) return "terminal";
  if (Object.keys(object).join() !== "error") return undefined;
  const error = object["error"];
  const carried = typeof error === "object" && error !== null ? (error as JsonObject)["class"] : undefined;
  return (carried as ErrorClass | undefined) ?? "terminal";
}
