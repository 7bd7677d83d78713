import type { ActionStatus, ErrorClass, JsonObject, JsonValue, ReasonCode } from "@car/ir";
import { cellsOf, type Cells, type CellWrite } from "./cells.js";
import type { ModelCall } from "./outcome.js";
import { limitsOf, type Plan, type PlannedAction } from "./plan.js";
import type { ModelWorld, ReportedWrite, ScriptedCall, SharedAnswer } from "./world.js";

/**
 * `waiting`: not started. `checking`: passes the gates, which takes no time. `asking`: waits for an approval. `calling`: a
 * tool is at work. `delayed`: between two attempts. `sharing`: waits for the answer of an equal call. `done`: ended. Those
 * between the first and the last are running: they hold a slot of the run and a place at their tool.
 */
export type Phase = "waiting" | "checking" | "asking" | "calling" | "delayed" | "sharing" | "done";

/** How one attempt failed. */
export interface Failure {
  readonly code: ReasonCode;
  readonly class: ErrorClass;
  readonly retryAfterMs?: number;
  /** Whether the tool threw it; otherwise it answered, or ran out of time. */
  readonly thrown: boolean;
}

/** How an action ended. */
export interface ActionEnd {
  readonly status: ActionStatus;
  readonly code?: ReasonCode;
  readonly blamed?: readonly string[];
  readonly output?: JsonValue;
}

/** One action while the run goes on. */
export interface ActionRun {
  readonly planned: PlannedAction;
  phase: Phase;
  attempts: number;
  parameters: JsonObject;
  /** What the current attempt does. */
  call: ScriptedCall | undefined;
  lastFailure: Failure | undefined;
  approved: boolean;
  /** Whether some attempt ran out of time, so that nobody knows what it did. */
  timedOut: boolean;
  /** Whether it was given up while a tool was at work. */
  canceledInFlight: boolean;
  /** When it became ready. */
  since: number | undefined;
  startedAt: number | undefined;
  finishedAt: number | undefined;
  end: ActionEnd | undefined;
  changes: readonly CellWrite[];
  reported: readonly ReportedWrite[];
  shared: "receipt" | "cache" | undefined;
  compensated: boolean | undefined;
  read: { readonly found: boolean; readonly version: number } | undefined;
}

/** Something that happens at a known time. `attempt` tells whether it is still of interest. */
export interface AgendaEvent {
  readonly at: number;
  readonly kind:
    "settled" | "timed_out" | "approval_answered" | "retry_due" | "out_of_time" | "signal_aborted" | "drain_over";
  readonly index: number;
  readonly attempt: number;
}

/** Why nothing new starts any more. */
export interface Stop {
  readonly status: "rolled_back" | "canceled";
  readonly code: ReasonCode;
  readonly action_id?: string;
}

/** A call that others with the same key wait for. */
export interface Flight {
  leader: number;
  waiters: readonly number[];
}

/** One execution: the only thing in the model that changes. */
export interface ModelRun {
  readonly plan: Plan;
  readonly world: ModelWorld;
  readonly actions: readonly ActionRun[];
  readonly startedAt: number;
  now: number;
  agenda: readonly AgendaEvent[];
  cells: Cells;
  calls: readonly ModelCall[];
  /** Indices in the order of ending. */
  ended: readonly number[];
  stop: Stop | undefined;
  /** Set when a budget is used up. */
  exceeded: { readonly code: ReasonCode; readonly action_id?: string; rollsBack: boolean } | undefined;
  outOfTime: boolean;
  usedCalls: number;
  usedActions: number;
  /** Whether the check before the first irreversible call has been made. */
  restChecked: boolean;
  readonly receipts: Map<string, SharedAnswer & { readonly owner?: number }>;
  readonly cache: Map<string, SharedAnswer>;
  readonly flights: Map<string, Flight>;
  undecided: boolean;
}

/** A run in which nothing has happened yet. */
export function newRun(plan: Plan, world: ModelWorld): ModelRun {
  return {
    plan,
    world,
    actions: plan.actions.map(newActionRun),
    startedAt: world.memory.now,
    now: world.memory.now,
    agenda: [],
    cells: cellsOf(world.memory.state),
    calls: [],
    ended: [],
    stop: undefined,
    exceeded: undefined,
    outOfTime: false,
    usedCalls: 0,
    usedActions: 0,
    restChecked: false,
    receipts: new Map(world.memory.receipts),
    cache: new Map(world.memory.cache),
    flights: new Map(),
    undecided: false,
  };
}

/** The action at `index`. */
export function actionAt(run: ModelRun, index: number): ActionRun {
  const found = run.actions[index];
  if (found === undefined) throw new TypeError(`no action has index ${index}`);
  return found;
}

/** Actions that have started and not ended. */
export function runningActions(run: ModelRun): readonly ActionRun[] {
  return run.actions.filter(({ phase }) => phase !== "waiting" && phase !== "done");
}

/** Actions that may still start. */
export function waitingActions(run: ModelRun): readonly ActionRun[] {
  return run.actions.filter(({ phase, planned }) => phase === "waiting" && !planned.onlyUndoes);
}

/** Waiting actions whose predecessors have all ended, in list order. */
export function readyActions(run: ModelRun): readonly ActionRun[] {
  return waitingActions(run).filter(({ planned }) =>
    [...planned.before].every((other) => actionAt(run, other).phase === "done"),
  );
}

/**
 * Whether the action's tool has a place for it.
 * Reading of the contract: like a slot of the run, a place at the tool is held from the start of an action to its end.
 */
export function toolHasRoom(run: ModelRun, { planned: { tool } }: ActionRun): boolean {
  const holders = runningActions(run).filter(({ planned }) => planned.tool?.name === tool?.name);
  return tool === undefined || holders.length < (tool.max_concurrency ?? Infinity);
}

/** Whether others have waited for the tool, too. Whom it then serves first is not for the contract to say. */
export function isFirstOfMany(run: ModelRun, { planned: { tool, index } }: ActionRun): boolean {
  if (tool?.max_concurrency === undefined) return false;
  const rivals = readyActions(run).filter(({ planned }) => planned.tool?.name === tool.name && planned.index !== index);
  return rivals.some(({ since }) => since !== undefined && since < run.now);
}

/** Further attempts an action may make. */
export function retriesOf({ planned }: ActionRun, run: ModelRun): number {
  if (planned.action.failure_behavior !== "retry") return 0;
  return Math.min(planned.action.max_retries, limitsOf(run.world).max_retries);
}

/** Delay before retry number `retry` (1 is the first): full jitter on a doubling bound, at least what was asked for. */
export function retryDelayMs(run: ModelRun, retry: number, retryAfterMs = 0): number {
  const bound = Math.min(100 * 2 ** (retry - 1), 30_000);
  return Math.max(bound * run.world.random, retryAfterMs);
}

function newActionRun(planned: PlannedAction): ActionRun {
  return {
    planned,
    phase: "waiting",
    attempts: 0,
    parameters: {},
    call: undefined,
    lastFailure: undefined,
    approved: false,
    timedOut: false,
    canceledInFlight: false,
    since: undefined,
    startedAt: undefined,
    finishedAt: undefined,
    end: undefined,
    changes: [],
    reported: [],
    shared: undefined,
    compensated: undefined,
    read: undefined,
  };
}
