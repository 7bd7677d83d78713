import { closeRest, fail, skip, stopRun } from "./finish.js";
import { type ActionRun, actionAt, type ModelRun, runningActions, waitingActions } from "./run.js";

/**
 * Reserves what the next attempt costs. When a limit is reached, what is left is skipped and the action does not go on.
 * @returns whether the attempt may be made.
 */
export function reserve(run: ModelRun, action: ActionRun): boolean {
  if (!hasRoom(run, action)) {
    if (action.attempts > 0) fail(run, action, "failed");
    else exceed(run, action);
    return false;
  }
  if (!restFits(run, action)) {
    exceed(run, action);
    return false;
  }
  if (action.attempts === 0) run.usedActions += 1;
  if (isCall(action)) run.usedCalls += 1;
  return true;
}

/** The wall time is used up: nothing new starts, what is in flight is signalled. */
export function runOutOfTime(run: ModelRun): void {
  if (run.stop !== undefined || run.actions.every(({ phase, planned }) => phase === "done" || planned.onlyUndoes))
    return;
  run.outOfTime = true;
  exceed(run, undefined);
  // Each end may stop the run and with it end others, so the phase is asked at each turn.
  for (const action of runningActions(run)) {
    if (action.phase === "delayed" || action.phase === "queued")
      fail(run, action, action.lastFailure?.code ?? "failed");
    else if (action.phase === "sharing") skip(run, action, { code: "budget_exceeded" });
    else if (action.phase === "calling" && action.call?.heedsAbort === true) {
      action.canceledInFlight = true;
      fail(run, action, "canceled");
    }
  }
}

/** Nothing starts any more. */
function exceed(run: ModelRun, action: ActionRun | undefined): void {
  const left = [...(action === undefined ? [] : [action]), ...waitingActions(run)];
  const cause = action ?? left[0];
  const name = cause === undefined ? {} : { action_id: cause.planned.action.id };
  run.exceeded ??= { code: "budget_exceeded", ...name };
  if (action !== undefined) skip(run, action, { code: "budget_exceeded" });
  closeRest(run, "budget_exceeded");
  if (rollsBack(run, left)) stopRun(run, { status: "rolled_back", ...run.exceeded });
}

/** By default a run rolls back when an action that goes without budget may abort. */
function rollsBack(run: ModelRun, left: readonly ActionRun[]): boolean {
  const { on_exceeded } = run.world.budget;
  return on_exceeded === undefined ? left.some(({ planned }) => planned.mayAbort) : on_exceeded === "rollback";
}

function hasRoom(run: ModelRun, action: ActionRun): boolean {
  const { max_actions = Infinity, max_tool_calls = Infinity } = run.world.budget;
  if (action.attempts === 0 && run.usedActions >= max_actions) return false;
  return !isCall(action) || run.usedCalls < max_tool_calls;
}

/**
 * Before the first irreversible call: whether nothing that will go without budget undoes the run.
 * Reading of the contract: what is left is counted in the stable order, one call each; with a decision to commit the run goes on.
 */
function restFits(run: ModelRun, action: ActionRun): boolean {
  if (run.restChecked || action.planned.reversibility !== "irreversible") return true;
  run.restChecked = true;
  const { max_actions = Infinity, max_tool_calls = Infinity } = run.world.budget;
  let actions = run.usedActions;
  let calls = run.usedCalls;
  const waiting = run.plan.order.map((index) => actionAt(run, index)).filter(({ phase }) => phase === "waiting");
  const unfit = [action, ...waiting].filter((other) => {
    actions += 1;
    if (isCall(other)) calls += 1;
    return actions > max_actions || calls > max_tool_calls;
  });
  return unfit.length === 0 || !rollsBack(run, unfit);
}

function isCall({ planned }: ActionRun): boolean {
  return planned.action.type === "tool_call";
}
