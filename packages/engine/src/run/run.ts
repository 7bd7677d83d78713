import {
  CarError,
  type EventKind,
  joinLabels,
  type LabelSet,
  NO_LABELS,
  type ProposalResult,
  type Reason,
  type ReplacedRun,
  RunUndecidedError,
} from "@car/ir";
import type { Executor, Lease, LockOwner, RunScope, Timer } from "@car/ir/ports";
import type { BudgetMeter } from "../budget/budget-meter.js";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import { RunFlow } from "../flow/run-flow.js";
import type { Plan } from "../plan/plan.js";
import { eventName } from "../recovery/recorded-run.js";
import { CallHistory } from "../session/call-history.js";
import type { SessionState } from "../session/session-state.js";
import type { Recovery } from "../recovery/recovery.js";
import { ReadyQueue } from "./ready-queue.js";
import { RunState } from "./run-state.js";
import type { Services } from "./services.js";
import { Slot } from "./slot.js";

const SAID_ONCE: ReadonlySet<EventKind> = new Set<EventKind>([
  "proposal_received",
  "proposal_admitted",
  "budget_exceeded",
  "compensation_started",
  "state_rollback",
  "proposal_canceled",
]);

const NO_VERSIONS: ReadonlyMap<string, number> = new Map();

/** Why a run starts nothing more. */
export interface Stop {
  readonly kind: "abort" | "cancel" | "budget";
  readonly cause: Reason;
}

/** What a run is made of. */
export interface RunInit {
  readonly plan: Plan;
  readonly config: ConfigSnapshot;
  readonly services: Services;
  readonly scope: RunScope;
  readonly principal: string;
  readonly executor: Executor | undefined;
  readonly parent: Run | undefined;
  readonly parentAction: number;
  /** What this run stands in for, when it is a replan. */
  readonly replaces?: ReplacedRun | undefined;
  /** The session in which it was proposed. */
  readonly session?: SessionState | undefined;
  /** Labels of what the model had been shown, beside those of the session. */
  readonly contextLabels?: LabelSet | undefined;
  readonly budget: BudgetMeter | undefined;
  readonly startedAt: number;
  /** Set for a run that another process began. */
  readonly recovery?: Recovery;
  /** Told when the run has ended, before `execute` is answered; without a result when nobody can say how. */
  readonly onEnd: (run: Run, result: ProposalResult | undefined) => void;
  /** Told when the run waits for approvals, before `execute` is answered. */
  readonly onSuspend: (run: Run, result: ProposalResult) => void;
  /** Answers `execute`. */
  readonly resolve: (result: ProposalResult | Promise<never>) => void;
}

/** One execution of one proposal: the only thing that changes while it runs. */
export class Run implements LockOwner {
  readonly plan: Plan;
  readonly config: ConfigSnapshot;
  readonly services: Services;
  readonly scope: RunScope;
  readonly principal: string;
  readonly executor: Executor | undefined;
  readonly parent: Run | undefined;
  readonly parentAction: number;
  readonly replaces: ReplacedRun | undefined;
  readonly budget: BudgetMeter | undefined;
  readonly startedAt: number;
  readonly depth: number;
  readonly recovery: Recovery | undefined;
  readonly session: SessionState | undefined;
  /** Follows labels; `undefined` when the policy does not look at them. */
  readonly flow: RunFlow | undefined;
  /** Counts calls; `undefined` when the policy does not look at them. */
  readonly history: CallHistory | undefined;
  readonly state: RunState;
  readonly slots: Slot[];
  readonly ready: ReadyQueue;
  lease: Lease | undefined = undefined;
  inFlight = 0;
  /** Actions that wait for a place of their tool. */
  parked = 0;
  /** Actions that wait for an approval. */
  awaiting = 0;
  /** Nothing of it happens until it is resumed: it holds no locks, and whoever executed it has been answered. */
  suspended = false;
  /** Versions of what it had read when it was suspended. */
  readVersions: ReadonlyMap<string, number> = NO_VERSIONS;
  /** Milliseconds for which it ran before it was suspended last. */
  activeMs = 0;
  /** When it began, or was resumed. */
  activeSince: number;
  /** Scheduled actions that have not ended. */
  open = 0;
  completions = 0;
  /** Actions to skip because of an unsuccessful predecessor. */
  readonly toSkip: number[] = [];
  draining = false;
  settled = false;
  stop: Stop | undefined = undefined;
  /** A failure of the log or the store: nothing of this run can be confirmed. */
  broken: Reason | undefined = undefined;
  logBroken = false;
  /** Another process has taken this run over, or recovery will. */
  disowned = false;
  /** Whether the budget has been held against everything that is left. */
  restChecked = false;
  /** Receipts that others may see only if this run commits. */
  privateReceipts: string[] | undefined = undefined;
  drainTimer: Timer | undefined = undefined;
  durationTimer: Timer | undefined = undefined;
  /** Leaves the queue for the locks, while the run is in it. */
  cancelLockWait: ((cause: Reason) => void) | undefined = undefined;
  detachSignal: (() => void) | undefined = undefined;
  /** The time, read once per turn: at the start, after each wait, and between two dispatches. */
  time: number;
  private timeUsed = false;
  /** Position among the open runs of the runtime; theirs to set. */
  place = -1;
  private readonly onEnd: RunInit["onEnd"];
  private readonly onSuspend: RunInit["onSuspend"];
  private resolve: RunInit["resolve"];

  constructor(init: RunInit) {
    this.plan = init.plan;
    this.config = init.config;
    this.services = init.services;
    this.scope = init.scope;
    this.principal = init.principal;
    this.executor = init.executor ?? init.services.executor;
    this.parent = init.parent;
    this.parentAction = init.parentAction;
    this.replaces = init.replaces;
    this.budget = init.budget;
    this.startedAt = init.startedAt;
    this.time = init.startedAt;
    this.activeSince = init.startedAt;
    this.onEnd = init.onEnd;
    this.onSuspend = init.onSuspend;
    this.resolve = init.resolve;
    this.recovery = init.recovery;
    this.session = init.session;
    const asks = init.config.policy?.supports;
    this.flow = asks?.flow === true ? new RunFlow(this, init.session, contextOf(init)) : undefined;
    this.history =
      asks?.history === true ? (init.session?.history ?? init.parent?.history ?? new CallHistory()) : undefined;
    this.depth = init.parent === undefined ? 0 : init.parent.depth + 1;
    this.state = new RunState(init.services.store);
    this.ready = new ReadyQueue(init.plan);
    this.slots = makeSlots(init.plan);
  }

  /** Ends the run and answers `execute`; without a result that rejects, and recovery decides whether the run is committed. */
  answer(result: ProposalResult | undefined): void {
    this.onEnd(this, result);
    this.resolve(result ?? Promise.reject(new RunUndecidedError(this.scope.run_id, { cause: this.broken })));
  }

  /** Answers whoever executed or resumed the run, which is suspended from here on. */
  answerSuspended(result: ProposalResult): void {
    this.onSuspend(this, result);
    this.resolve(result);
  }

  /** Takes the run up again: from here on its answer is for `resolve`. */
  reopen(resolve: RunInit["resolve"]): void {
    this.resolve = resolve;
    this.suspended = false;
    this.activeSince = this.tick();
  }

  /** Records an event of this run. A log that throws breaks the run: it can then only be undone. */
  record(kind: EventKind, slot: Slot | undefined, data?: object): void {
    if (this.logBroken || (this.recovery !== undefined && this.isRecorded(this.recovery, kind, slot))) return;
    try {
      const action = slot?.index ?? -1;
      const attempt = slot?.attempts ?? 0;
      this.services.recorder.record({ kind, time: this.time, scope: this.scope, action, attempt, data });
    } catch (error) {
      this.breakLog(error);
    }
  }

  /** What is said once about a run was perhaps said by the process before. */
  private isRecorded({ recorded }: Recovery, kind: EventKind, slot: Slot | undefined): boolean {
    return SAID_ONCE.has(kind) && recorded.past.has(eventName(kind, slot?.action.id, slot?.attempts));
  }

  /** The log does not take events any more: nothing else is offered to it. */
  breakLog(error: unknown): void {
    this.logBroken = true;
    // Undoing it is not this process's business any more: another one has the log, or will find the run in it.
    this.disowned =
      this.services.giveUp !== undefined || (CarError.isInstance(error) && error.code === "CAR_LOG_FENCED");
    this.break("the event log failed", error);
  }

  /** Reads the clock again; call it whenever time may have passed. */
  tick(): number {
    this.timeUsed = false;
    return (this.time = this.services.clock.now());
  }

  /** The time at which a call starts: read anew only if another call has started since. */
  dispatchTime(): number {
    if (this.timeUsed) this.tick();
    this.timeUsed = true;
    return this.time;
  }

  /** Marks the run as impossible to confirm; the next turn of its loop gives it up. */
  break(what: string, error: unknown): void {
    if (this.broken !== undefined) return;
    const message = `${what}: ${error instanceof Error ? error.message : String(error)}`;
    this.broken = { code: "store_error", message };
    this.services.logger.error({ error, run_id: this.scope.run_id }, what);
  }
}

function contextOf({ session, contextLabels = NO_LABELS }: RunInit): LabelSet {
  return session === undefined ? contextLabels : joinLabels(session.context, contextLabels);
}

function makeSlots({ actions, graph, tools }: Plan): Slot[] {
  const slots = new Array<Slot>(actions.length);
  for (let index = 0; index < actions.length; index++) {
    slots[index] = new Slot(index, actions[index]!, { tool: tools[index], waiting: graph.indegree[index]! });
  }
  return slots;
}
