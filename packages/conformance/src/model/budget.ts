import { closeRest, expectDrainOver, fail, giveUp, noteLeft, signal, skip } from "./finish.js";
import type { ActionRun } from "./action-run.js";
import { type ModelRun, runningActions, waitingActions } from "./run.js";

/**
 * Reserves what the next attempt costs. When a limit is reached, what is left is skipped and the action does not go on.
 * @returns whether the attempt may be made.
 */
export function reserve(run: ModelRun, action: ActionRun): boolean {
  if (!hasRoom(run, action)) {
    // Reading of the contract: the retry fails, with the code that says why.
    if (action.attempts > 0) fail(run, action, { code: "budget_exceeded" });
    else exceed(run, action);
    return false;
  }
  if (!restFits(run, action)) {
    exceed(run, action);
    return false;
  }
  if (!action.charged) run.usedActions += 1;
  if (isCall(action)) run.usedCalls += 1;
  action.charged = true;
  action.reserved = true;
  return true;
}

/** The wall time is used up: nothing new starts, what is in flight is signalled and awaited for a bounded time. */
export function runOutOfTime(run: ModelRun): void {
  if (run.stop !== undefined) return;
  run.outOfTime = true;
  exceed(run, undefined);
  for (const action of runningActions(run)) signal(run, action);
  expectDrainOver(run);
}

/**
 * Nothing starts any more, and nothing is tried again. Calls in flight go on.
 * Reading of the contract: a run that is to be rolled back for want of budget is so once they have ended.
 */
function exceed(run: ModelRun, action: ActionRun | undefined): void {
  const name = action === undefined ? {} : { action_id: action.planned.action.id };
  run.exceeded ??= { code: "budget_exceeded", ...name, rollsBack: run.world.budget.on_exceeded === "rollback" };
  const left = [...runningActions(run).filter(({ phase }) => phase !== "calling"), ...waitingActions(run)];
  noteLeft(run, left);
  for (const one of left) {
    if (one.phase === "waiting" || one.phase === "parked") continue;
    if (one.attempts > 0) giveUp(run, one, { code: one.lastFailure?.code ?? "failed" });
    else skip(run, one, { code: "budget_exceeded" });
  }
  closeRest(run, "budget_exceeded");
}

function hasRoom(run: ModelRun, action: ActionRun): boolean {
  const { max_actions = Infinity, max_tool_calls = Infinity } = run.world.budget;
  if (!action.charged && run.usedActions >= max_actions) return false;
  return !isCall(action) || run.usedCalls < max_tool_calls;
}

/**
 * Before the first irreversible call: whether nothing that will go without budget undoes the run. Each action that has
 * not been charged counts once. With a decision to commit the run goes on.
 */
function restFits(run: ModelRun, action: ActionRun): boolean {
  if (run.restChecked || action.planned.reversibility !== "irreversible") return true;
  run.restChecked = true;
  const { max_actions = Infinity, max_tool_calls = Infinity, on_exceeded } = run.world.budget;
  const rest = uncharged(run, action);
  const calls = rest.filter(isCall);
  const tooMany = run.usedActions + 1 + rest.length - max_actions;
  const tooManyCalls = run.usedCalls + 1 + calls.length - max_tool_calls;
  if (tooMany <= 0 && tooManyCalls <= 0) return true;
  if (on_exceeded !== undefined) return on_exceeded === "commit";
  if (!rest.some(mayAbort)) return true;
  // Whatever the order: more are too many than there are tolerant ones.
  const isCertain = tolerant(rest) < tooMany || tolerant(calls) < tooManyCalls;
  // The first that does not fit ends all that has not started by then. Which those are is not for the contract to say.
  if (!isCertain) run.undecided = true;
  return false;
}

/** What has not been charged besides `action`: waiting actions, and those at a gate. */
function uncharged(run: ModelRun, action: ActionRun): readonly ActionRun[] {
  const atGates = runningActions(run).filter((other) => other !== action && !other.charged);
  return [...atGates, ...waitingActions(run)];
}

function tolerant(actions: readonly ActionRun[]): number {
  return actions.filter((action) => !mayAbort(action)).length;
}

function mayAbort({ planned }: ActionRun): boolean {
  return planned.mayAbort;
}

function isCall({ planned }: ActionRun): boolean {
  return planned.action.type === "tool_call";
}
