import type { ExternalEffects, JsonObject, JsonValue, ProposalStatus, StateEntry } from "@car/ir";
import { entryOf } from "./cells.js";
import { endedActions } from "./finish.js";
import type { ModelActionOutcome, ModelOutcome } from "./outcome.js";
import type { ActionRun } from "./action-run.js";
import type { ModelRun } from "./run.js";
import { survivingReceipts } from "./sharing.js";
import { undoAll } from "./undo.js";
import type { ModelMemory } from "./world.js";

/** Commits the run or undoes it, and says how it went. */
export function settle(run: ModelRun): ModelOutcome {
  const status: ProposalStatus = run.stop?.status ?? "committed";
  if (run.stop !== undefined) undoAll(run, endedActions(run));
  const cause: NonNullable<ModelOutcome["cause"]> | undefined = run.exceeded ?? run.stop;
  return {
    status,
    actions: run.actions.map((action) => actionOutcome(run, action)),
    problems: [],
    ...(cause === undefined ? {} : { cause: causeOf(cause) }),
    calls: run.calls,
    external_effects: run.stop === undefined ? "none" : effectsOf(run.actions),
    cost: costOf(run),
    wall_ms: run.now - run.startedAt,
    undecided: run.undecided,
    memory: memoryAfter(run),
  };
}

function memoryAfter(run: ModelRun): ModelMemory {
  const { now, cache, buckets, world } = run;
  const { revocations } = world.memory;
  return { now, state: stateAfter(run), receipts: survivingReceipts(run), cache, buckets, revocations };
}

function causeOf({ code, action_id }: NonNullable<ModelOutcome["cause"]>): NonNullable<ModelOutcome["cause"]> {
  return action_id === undefined ? { code } : { code, action_id };
}

/** What a run that did not commit has left outside. */
function effectsOf(actions: readonly ActionRun[]): ExternalEffects {
  const left = actions.filter(({ compensated }) => compensated !== true);
  if (left.some((action) => action.compensated === false || hasActed(action))) return "remain";
  if (left.some(({ end, doing }) => end?.status !== "succeeded" && doing === "unknown")) return "unknown";
  return actions.some(mayActYet) ? "unknown" : "none";
}

/** A call that had not answered when it was undone may have acted after that. */
function mayActYet({ planned, undoneEarly }: ActionRun): boolean {
  return undoneEarly && planned.reversibility !== "reversible";
}

/** By a call of its own, or of one whose answer was refused. */
function hasActed({ planned, end, shared, doing }: ActionRun): boolean {
  if (planned.reversibility === "reversible") return false;
  return end?.status === "succeeded" ? shared === undefined : doing === "acted";
}

function costOf(run: ModelRun): ModelOutcome["cost"] {
  const count = (wanted: (action: ActionRun) => boolean): number => run.actions.filter(wanted).length;
  return {
    // What a compensation uses of the budget is no cost of the actions.
    tool_calls: run.actions.reduce(
      (sum, { planned, attempts }) => sum + (planned.action.type === "tool_call" ? attempts : 0),
      0,
    ),
    actions_executed: count(({ attempts }) => attempts > 0),
    actions_rejected: count(({ end }) => end?.status === "rejected"),
    // Whatever was neither tried nor refused, what runs only to undo among it.
    actions_skipped: count(
      ({ end, attempts }) => attempts === 0 && end?.status !== "succeeded" && end?.status !== "rejected",
    ),
    retries: run.actions.reduce((sum, { attempts }) => sum + Math.max(attempts - 1, 0), 0),
  };
}

/** Committed entries: untouched ones as they were, changed ones with the number of the new commit. */
function stateAfter(run: ModelRun): ReadonlyMap<string, StateEntry> {
  const before = run.world.memory.state;
  if (run.stop !== undefined) return before;
  const changed = new Set(
    run.actions.flatMap(({ changes, end }) => (end?.status === "succeeded" ? changes.map(({ key }) => key) : [])),
  );
  const version = Math.max(0, ...[...before.values()].map((entry) => entry.version)) + 1;
  const after = new Map<string, StateEntry>();
  for (const [key, cell] of run.cells) {
    const old = before.get(key);
    after.set(key, old !== undefined && !changed.has(key) ? old : entryOf(cell, version));
  }
  return after;
}

function actionOutcome(run: ModelRun, action: ActionRun): ModelActionOutcome {
  const { end, changes, shared, doing } = action;
  // The target of a compensation by reference is never scheduled.
  const how = end ?? { status: "skipped" as const };
  const optional: { -readonly [Name in keyof ModelActionOutcome]?: ModelActionOutcome[Name] } = {};
  if (end?.status !== "succeeded" && doing !== "nothing") optional.outcome = doing;
  if (action.compensated !== undefined) optional.compensated = action.compensated;
  if (action.read !== undefined) optional.read = action.read;
  if (action.startedAt !== undefined) optional.started_at = action.startedAt - run.startedAt;
  if (action.finishedAt !== undefined) optional.finished_at = action.finishedAt - run.startedAt;
  return {
    action_id: action.planned.action.id,
    ...how,
    ...optional,
    attempts: action.attempts,
    state_changes: lastValues(changes),
    state_deletes: [...new Set(changes.map(({ key }) => key))].filter((key) => lastOf(changes, key) === undefined),
    deduplicated: shared === "receipt",
    cached: shared === "cache",
    rolled_back: run.stop !== undefined && end?.status === "succeeded",
  };
}

function lastValues(changes: ActionRun["changes"]): JsonObject {
  const kept = changes.flatMap(({ key }) => {
    const value = lastOf(changes, key);
    return value === undefined ? [] : [[key, value] as const];
  });
  return Object.fromEntries(kept);
}

function lastOf(changes: ActionRun["changes"], key: string): JsonValue | undefined {
  return changes.findLast((change) => change.key === key)?.value;
}
