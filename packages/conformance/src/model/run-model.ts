import type { ProposalInput } from "@car/ir";
import type { ActionRun } from "./action-run.js";
import { lateProblems, structureProblems } from "./admission.js";
import { certainRefusals, deniedCalls } from "./certain-refusals.js";
import { settleCall, timeOut } from "./attempt.js";
import { runOutOfTime } from "./budget.js";
import { abandon, skip, stopRun } from "./finish.js";
import type { AdmissionProblem, ModelOutcome } from "./outcome.js";
import { plainProposal, planOf } from "./plan.js";
import { canGoOn, pump } from "./pump.js";
import { actionAt, type AgendaEvent, type ModelRun, newRun, runningActions, waitingActions } from "./run.js";
import { tokenTimes } from "./rate.js";
import { settle } from "./settle.js";
import { wokenActions } from "./sharing.js";
import { approvalAnswered, passRateLimit, proceed, queueUp, rateTimedOut } from "./start.js";
import type { ModelWorld } from "./world.js";

/**
 * What a runtime must make of `input`, computed step by step in virtual time, without promises and without regard to
 * speed. The proposal must fit the wire schema. Throws a `TypeError` when the script leaves something open.
 */
export function runModel(input: ProposalInput, world: ModelWorld): ModelOutcome {
  const proposal = plainProposal(input);
  const ids = proposal.actions.map(({ id }) => id);
  const flaws = structureProblems(proposal, world);
  const certain = certainRefusals(proposal.actions, world);
  const { actions } = proposal;
  if (flaws.length > 0)
    return refused({ ids, problems: [...flaws, ...certain, ...deniedCalls(actions, world)] }, world);
  const plan = planOf(proposal, world);
  // Those are looked for once the locks are taken, and a signal that is aborted by then takes none.
  const late = [...certain, ...lateProblems(plan, world)];
  if (late.length > 0 && world.cancelAtMs !== 0) return refused({ ids, problems: late }, world);
  const run = newRun(plan, world);
  simulate(run);
  return settle(run);
}

function simulate(run: ModelRun): void {
  const { budget, cancelAtMs } = run.world;
  if (cancelAtMs === 0) cancelBeforeStart(run);
  if (cancelAtMs !== undefined) expect(run, { kind: "signal_aborted", afterMs: cancelAtMs });
  for (const { ms } of run.world.holds ?? []) expect(run, { kind: "place_freed", afterMs: ms });
  if (budget.max_duration_ms !== undefined) expect(run, { kind: "out_of_time", afterMs: budget.max_duration_ms });

  for (;;) {
    pump(run);
    while (wakeWaiters(run)) pump(run);
    if (runningActions(run).length === 0 && waitingActions(run).length === 0) break;
    handle(run, nextEvent(run));
  }
  const { exceeded } = run;
  if (run.stop === undefined && exceeded?.rollsBack === true) run.stop = { status: "rolled_back", ...exceeded };
}

/** Waiters of an equal call that has ended go through the gates again. Returns whether there were any. */
function wakeWaiters(run: ModelRun): boolean {
  if (run.stop !== undefined) return false;
  const woken = wokenActions(run);
  for (const action of woken) {
    // Whether the other waiters go before what has become possible by the end of one, is not for the contract to say.
    if (action.phase === "sharing" && action !== woken[0] && canGoOn(run)) run.undecided = true;
    if (action.phase === "sharing") queueUp(run, action);
  }
  return woken.length > 0;
}

/** Reading of the contract: nothing can be blamed on another action, as nothing has begun. */
function cancelBeforeStart(run: ModelRun): void {
  for (const action of waitingActions(run)) skip(run, action, { code: "canceled" });
  // Nothing of it begins, so what stands by to undo is told the same.
  for (const action of run.actions) action.end ??= { status: "skipped", code: "canceled" };
  stopRun(run, { status: "canceled", code: "canceled" });
}

function expect(run: ModelRun, event: { kind: AgendaEvent["kind"]; afterMs: number }): void {
  const at = run.startedAt + event.afterMs;
  run.agenda = [...run.agenda, { at, kind: event.kind, index: -1, attempt: 0 }];
}

/** The earliest event that still matters; the first one put down among those of one instant. */
function nextEvent(run: ModelRun): AgendaEvent {
  const tokens = tokenTimes(run).map((due): AgendaEvent => ({ ...due, kind: "token_due", attempt: 0 }));
  const open = [...run.agenda.filter((event) => isOpen(run, event)), ...tokens];
  const at = Math.min(...open.map((event) => event.at));
  const due = open.filter((event) => event.at === at);
  const [event] = due;
  if (event === undefined) throw new TypeError("the run hangs: a call hangs that has no timeout");
  if (due.length > 1) run.undecided = true;
  run.agenda = run.agenda.filter((other) => other !== event && isOpen(run, other));
  return event;
}

/** The phase of the action that an event is about. */
const PHASES: { readonly [Kind in AgendaEvent["kind"]]?: ActionRun["phase"] } = {
  settled: "calling",
  timed_out: "calling",
  approval_answered: "asking",
  rate_timed_out: "queued",
  retry_due: "delayed",
};

/** False for what concerns an attempt that is over. */
function isOpen(run: ModelRun, { kind, index, attempt }: AgendaEvent): boolean {
  if (index < 0) return true;
  const action = actionAt(run, index);
  return action.attempts === attempt && action.phase === PHASES[kind];
}

function handle(run: ModelRun, { at, kind, index }: AgendaEvent): void {
  run.now = at;
  switch (kind) {
    case "settled":
      return settleCall(run, actionAt(run, index));
    case "timed_out":
      return timeOut(run, actionAt(run, index));
    case "approval_answered":
      return approvalAnswered(run, actionAt(run, index));
    case "rate_timed_out":
      return rateTimedOut(run, actionAt(run, index));
    case "token_due":
      return passRateLimit(run, actionAt(run, index));
    case "place_freed":
      return undefined;
    case "retry_due":
      return proceed(run, actionAt(run, index));
    case "out_of_time":
      return runOutOfTime(run);
    case "signal_aborted":
      return stopRun(run, { status: "canceled", code: "canceled" });
    case "drain_over":
      for (const action of runningActions(run)) abandon(run, action);
  }
}

function refused(
  { ids, problems }: { readonly ids: readonly string[]; readonly problems: readonly AdmissionProblem[] },
  world: ModelWorld,
): ModelOutcome {
  return {
    status: "rejected",
    actions: ids.map((action_id) => ({
      action_id,
      status: "rejected",
      attempts: 0,
      state_changes: {},
      state_deletes: [],
      deduplicated: false,
      cached: false,
      rolled_back: false,
    })),
    problems,
    calls: [],
    external_effects: "none",
    cost: { tool_calls: 0, actions_executed: 0, actions_rejected: ids.length, actions_skipped: 0, retries: 0 },
    wall_ms: 0,
    undecided: false,
    memory: world.memory,
  };
}
