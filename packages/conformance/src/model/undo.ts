import type { ActionRun, Failure } from "./action-run.js";
import { type Callee, failureOf, mayRepeat, timeoutOf } from "./failures.js";
import { limitsOf } from "./plan.js";
import { type ModelRun, retryDelayMs } from "./run.js";
import { type Undo, undoOf } from "./undo-call.js";
import { passesGates } from "./undo-gates.js";
import type { ScriptedCall } from "./world.js";

/** Attempts at one compensation. */
const MAX_ATTEMPTS = 4;

/** Compensates what acted or may have acted, the last one to end first. */
export function undoAll(run: ModelRun, ended: readonly ActionRun[]): void {
  for (const action of [...ended].reverse()) {
    if (!isUndoDue(action)) continue;
    const undo = undoOf(run, action);
    if (undo !== undefined) action.compensated = isUndone(run, action, undo);
    // Where a call failed, nothing is attempted that cannot be told; where one succeeded, that is a failure.
    else if (action.end?.status === "succeeded") action.compensated = false;
  }
}

/** Reading of the contract: a compensation is due for every call that has one, whatever its reversibility. */
function isUndoDue({ planned, end, shared, doing }: ActionRun): boolean {
  if (planned.action.type !== "tool_call" || shared !== undefined) return false;
  if (end?.status !== "succeeded" && doing === "nothing") return false;
  return planned.tool?.compensation !== undefined || planned.action.compensation !== undefined;
}

function isUndone(run: ModelRun, action: ActionRun, undo: Undo): boolean {
  const { callee } = undo;
  while (callee !== undefined && undo.attempts < MAX_ATTEMPTS && passesGates(run, undo)) {
    if (undo.attempts === 0) action.undoneEarly = action.late.some((at) => at > run.now);
    const failure = attempt(run, undo, callee);
    if (failure === undefined) return true;
    if (failure.class !== "transient" || !mayRepeat(callee, failure)) return false;
    if (undo.attempts < MAX_ATTEMPTS) run.now += retryDelayMs(run, undo.attempts, failure.retryAfterMs);
  }
  return false;
}

/** One attempt, in the time that it takes. */
function attempt(run: ModelRun, undo: Undo, callee: Callee): Failure | undefined {
  const script = nextUndoCall(run);
  undo.attempts += 1;
  const { parameters, attempts } = undo;
  run.calls = [...run.calls, { tool: callee.tool.name, attempt: attempts, parameters, at: run.now - run.startedAt }];
  const { compensation_timeout_ms: deadlineMs } = limitsOf(run.world);
  const isLate = script.outcome.kind === "hang" || script.latencyMs > deadlineMs;
  run.now += isLate ? deadlineMs : script.latencyMs;
  return isLate ? timeoutOf(callee) : failureOf(callee, script.outcome);
}

function nextUndoCall(run: ModelRun): ScriptedCall {
  const { undoTools, undoCalls } = run.world.script;
  const made = run.calls.filter(({ tool }) => undoTools.includes(tool)).length;
  const call = undoCalls[Math.min(made, undoCalls.length - 1)];
  if (call === undefined) throw new TypeError("the script says nothing about undoing");
  return call;
}
