import type { ReasonCode } from "@car/ir";
import { type ActionRun, newActionRun } from "./action-run.js";
import { cellsOf, type Cells } from "./cells.js";
import type { ModelCall } from "./outcome.js";
import { limitsOf, type Plan } from "./plan.js";
import type { Bucket, ModelWorld, SharedAnswer } from "./world.js";

/** Something that happens at a known time. `attempt` tells whether it is still of interest. */
export interface AgendaEvent {
  readonly at: number;
  readonly kind:
    | "settled"
    | "timed_out"
    | "approval_answered"
    | "rate_timed_out"
    | "token_due"
    | "retry_due"
    | "place_freed"
    | "out_of_time"
    | "signal_aborted"
    | "drain_over";
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
  /** Size of all parameters that references were replaced in. */
  resolvedBytes: number;
  /** Whether the check before the first irreversible call has been made. */
  restChecked: boolean;
  readonly receipts: Map<string, SharedAnswer & { readonly owner?: number }>;
  readonly cache: Map<string, SharedAnswer>;
  readonly flights: Map<string, Flight>;
  readonly buckets: Map<string, Bucket>;
  /** Indices of the actions that wait for the rate limit of a tool, in the order of coming. */
  readonly queues: Map<string, readonly number[]>;
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
    resolvedBytes: 0,
    restChecked: false,
    receipts: new Map(world.memory.receipts),
    cache: new Map(world.memory.cache),
    flights: new Map(),
    buckets: new Map(world.memory.buckets),
    queues: new Map(),
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
  return run.actions.filter(({ phase }) => phase !== "waiting" && phase !== "parked" && phase !== "done");
}

/** Actions that may still start. */
export function waitingActions(run: ModelRun): readonly ActionRun[] {
  return run.actions.filter(({ phase, planned }) => (phase === "waiting" || phase === "parked") && !planned.onlyUndoes);
}

/** Waiting actions whose predecessors have all ended, in list order. Those that are parked are none. */
export function readyActions(run: ModelRun): readonly ActionRun[] {
  return waitingActions(run).filter(
    ({ phase, planned }) =>
      phase === "waiting" && [...planned.before].every((other) => actionAt(run, other).phase === "done"),
  );
}

/** Actions whose turn has come, and that wait for a place at their tool. */
export function parkedActions(run: ModelRun): readonly ActionRun[] {
  return run.actions.filter(({ phase }) => phase === "parked");
}

/**
 * Whether the action's tool has a place for it.
 * Reading of the contract: like a slot of the run, a place at the tool is held from the start of an action to its end.
 */
export function toolHasRoom(run: ModelRun, { planned: { tool } }: ActionRun): boolean {
  if (tool === undefined) return true;
  const holders = runningActions(run).filter(({ planned }) => planned.tool?.name === tool.name);
  const others = (run.world.holds ?? []).filter((held) => held.tool === tool.name && run.now < run.startedAt + held.ms);
  return holders.length + others.length < (tool.max_concurrency ?? Infinity);
}

/** Whether others have waited for the tool, too. Whom it then serves first is not for the contract to say. */
export function isFirstOfMany(run: ModelRun, { planned: { tool, index } }: ActionRun): boolean {
  const rivals = waitingActions(run).filter(({ planned }) => planned.tool === tool && planned.index !== index);
  return tool !== undefined && rivals.some(({ parkedAt }) => parkedAt !== undefined && parkedAt < run.now);
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
