import {
  CarError,
  type EventDataOf,
  type EventKind,
  type LabelSet,
  type ProposalResult,
  type Reason,
  RunUndecidedError,
} from "@car/ir";
import { joinLabels, NO_LABELS } from "@car/ir/internal";
import type { Executor, Lease, LockOwner, RunScope } from "@car/ir/ports";
import type { BudgetMeter } from "../budget/budget-meter.js";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import { exposedLabels } from "../flow/output-labels.js";
import { RunFlow } from "../flow/run-flow.js";
import type { Plan } from "../plan/plan.js";
import type { Recovery } from "../recovery/recovery.js";
import { CallHistory } from "../session/call-history.js";
import type { SessionState } from "../session/session-state.js";
import type { Alarm } from "../time/alarm.js";
import type { Host, RunRequest } from "./host.js";
import { RunState } from "./run-state.js";
import { Board, type Slot } from "./slot.js";
import { messageOf } from "./thrown.js";

/*
 * One execution of one proposal.
 *
 *   queued ◄──► open ──► running ◄──► suspended
 *      │          │       │  │           │
 *      │          │       │  └► stopping ┘
 *      ▼          ▼       ▼       ▼
 *   settled, disowned ◄── settling
 *
 * R1  Locks are held from before `running` to the answer, that of its suspension included, and again from its resumption.
 * R2  `stopping` starts nothing more; the first cause of it stays the one that is named.
 * R3  `settling` begins when nothing is in flight, waits for a place, or runs as a child; from then on nothing of the plan
 *     happens, only commit or undo.
 * R4  A run is answered exactly once, or once per resumption; `settled` and `disowned` are final.
 * R5  A run of which the log cannot be told how it ended is `disowned`: another process may take it up, so this one does not
 *     undo it, and does not say what that one could contradict.
 */

/** Where a run stands. */
export type RunPhase = "open" | "queued" | "running" | "suspended" | "stopping" | "settling" | "settled" | "disowned";

/** Why a run starts nothing more. */
export interface Stop {
  readonly kind: "abort" | "cancel" | "budget";
  readonly cause: Reason;
}

/** What of a run is told when it has been answered. */
export interface Answer {
  readonly resolve: (result: ProposalResult) => void;
  readonly reject: (error: Error) => void;
}

/** What a record names an action by. */
type Recorded = Pick<Slot, "index" | "attempts" | "action">;

/** What a run is made of, beside whom it is for. */
export interface RunMade {
  readonly plan: Plan;
  readonly config: ConfigSnapshot;
  readonly scope: RunScope;
  readonly budget: BudgetMeter | undefined;
  readonly startedAt: number;
  readonly answer: Answer;
  readonly recovery?: Recovery;
  /** Labels of what the model had been shown, beside those of the session. */
  readonly contextLabels?: LabelSet | undefined;
}

const NO_VERSIONS: ReadonlyMap<string, number> = new Map();

/** See `Run.extras`. */
class Extras {
  /** Locks, once they are held. */
  lease: Lease | undefined = undefined;
  /** It was given up before it could begin, or go on. */
  canceledEarly: Reason | undefined = undefined;
  /** Leaves the queue for the locks. */
  cancelLockWait: ((cause: Reason) => void) | undefined = undefined;
  drainTimer: Alarm | undefined = undefined;
  durationTimer: Alarm | undefined = undefined;
  detachSignal: (() => void) | undefined = undefined;
  /** Receipts that others may see only if this run commits. */
  privateReceipts: string[] | undefined = undefined;
  /** Versions of what it had read when it was suspended. */
  readVersions = NO_VERSIONS;
  /** Milliseconds for which it ran before it was suspended last. */
  activeMs = 0;
  /** Runs of its tools that have not ended. */
  children: Set<Run> | undefined = undefined;
  /** Told when the last of them has ended. */
  onChildless: (() => void) | undefined = undefined;
  /** Bytes of parameters with references resolved. */
  resolvedBytes = 0;
  /** Whether the budget has been held against everything that is left. */
  isRestChecked = false;
}

const NO_EXTRAS: Readonly<Extras> = Object.freeze(new Extras());
const NOTHING_TOLD: readonly number[] = Object.freeze([]);

/** One execution of one proposal: with its board, the only thing that changes while it runs. */
export class Run implements LockOwner {
  readonly host: Host;
  readonly request: RunRequest;
  readonly plan: Plan;
  readonly config: ConfigSnapshot;
  readonly scope: RunScope;
  readonly budget: BudgetMeter | undefined;
  readonly startedAt: number;
  /** Set for a run that another process began. */
  readonly recovery: Recovery | undefined;
  /** Follows labels; `undefined` when the policy does not look at them. */
  readonly flow: RunFlow | undefined;
  /** Counts calls; `undefined` when the policy does not look at them. */
  readonly history: CallHistory | undefined;
  /** Sequences of what the log was told of its session before it was proposed. */
  readonly told: readonly number[];
  readonly state: RunState;
  readonly board: Board;
  private more: Extras | undefined = undefined;
  phase: RunPhase = "open";
  stop: Stop | undefined = undefined;
  /** A failure of the log or the store: nothing of this run can be confirmed. */
  broken: Reason | undefined = undefined;
  /** The log takes nothing more. */
  private isLogBroken = false;
  /** Another process may take the run up as its log has it. */
  isDisowned = false;
  /** The loop of `drain` is running, or the run is being given up: who wakes it now need not go on with it. */
  isBusy = false;
  /** The time, read once per turn: at the start, after each wait, and between two dispatches. */
  time: number;
  private isTimeUsed = false;
  /** When it began, or was resumed. */
  private activeSince = 0;
  /** Position among the open runs of the runtime; theirs to set. */
  place = -1;
  private listener: Answer;

  constructor(host: Host, request: RunRequest, made: RunMade) {
    this.host = host;
    this.request = request;
    this.plan = made.plan;
    this.config = made.config;
    this.scope = made.scope;
    this.budget = made.budget;
    this.startedAt = made.startedAt;
    this.time = made.startedAt;
    this.listener = made.answer;
    this.recovery = made.recovery;
    this.state = new RunState(host.store);
    this.board = new Board(made.plan);
    const asks = made.config.policy?.supports;
    const { session } = this;
    this.told = session?.takeTold() ?? NOTHING_TOLD;
    this.flow = asks?.flow === true ? new RunFlow(this, session, contextOf(request, made.contextLabels)) : undefined;
    this.history = asks?.history === true ? (session?.history ?? this.parent?.history ?? new CallHistory()) : undefined;
  }

  /** What most runs never need, to read. */
  get extras(): Readonly<Extras> {
    return this.more ?? NO_EXTRAS;
  }

  /** The same, to be written. */
  get ownExtras(): Extras {
    return (this.more ??= new Extras());
  }

  get principal(): string {
    return this.request.principal;
  }

  /** The run whose call proposed this one. */
  get parent(): Run | undefined {
    return this.request.parent?.run;
  }

  get session(): SessionState | undefined {
    return this.request.session ?? this.request.parent?.run.session;
  }

  get executor(): Executor | undefined {
    return this.request.executor ?? this.request.parent?.run.executor ?? this.host.executor;
  }

  /** How many runs it is nested in. */
  get depth(): number {
    return this.parent === undefined ? 0 : this.parent.depth + 1;
  }

  /** Whether it has been answered for good. */
  get isOver(): boolean {
    return this.phase === "settled" || this.phase === "disowned";
  }

  /** Whether actions of it may be under way. */
  get isActive(): boolean {
    return this.phase === "running" || this.phase === "stopping";
  }

  /** open → queued: it waits for its locks. */
  queue(cancel: (cause: Reason) => void): void {
    this.phase = "queued";
    this.ownExtras.cancelLockWait = cancel;
  }

  /** queued → open: it has the locks, or will not get them. */
  leaveQueue(): void {
    this.phase = "open";
    this.ownExtras.cancelLockWait = undefined;
    this.tick();
  }

  /** open → settled: an earlier process had ended it, and it is here to be undone with its parent. */
  restoreEnd(): void {
    this.phase = "settled";
    this.board.begin(true);
  }

  /** open → running. */
  begin(): void {
    this.phase = "running";
    this.activeSince = this.time;
  }

  /**
   * running → stopping. The first stop has the last word, except that a spent budget gives way to an abort or a
   * cancelation. Returns whether this one counts.
   */
  halt({ kind, cause }: Stop, tellsCalls: boolean): boolean {
    if (this.stop !== undefined && (this.stop.kind !== "budget" || !tellsCalls)) return false;
    this.stop = { kind, cause: this.stop?.cause ?? cause };
    this.phase = "stopping";
    return true;
  }

  /** running → suspended: nothing of it happens until it is resumed. */
  suspend(readVersions: ReadonlyMap<string, number>): void {
    this.phase = "suspended";
    const { ownExtras: own } = this;
    own.activeMs += this.time - this.activeSince;
    own.readVersions = readVersions;
    own.durationTimer?.cancel();
    own.durationTimer = undefined;
  }

  /** suspended → running: from here on the answer is for `answer`. */
  reopen(answer: Answer): void {
    this.listener = answer;
    this.phase = "running";
    this.activeSince = this.tick();
  }

  /** suspended → running, with nobody answered yet: it could not be put down. */
  wake(): void {
    this.phase = "running";
  }

  /** running, stopping → settling. False when that has happened before. */
  settle(): boolean {
    if (!this.isActive) return false;
    this.phase = "settling";
    this.disarm();
    return true;
  }

  /** Nothing outside ends the run any more: neither time nor its signal. */
  private disarm(): void {
    const { more } = this;
    if (more === undefined) return;
    more.drainTimer?.cancel();
    more.durationTimer?.cancel();
    more.detachSignal?.();
    more.drainTimer = more.durationTimer = more.detachSignal = undefined;
  }

  /** Gives back what the run holds of the store. What that throws changes nothing of what has been decided. */
  release(): void {
    const { lease } = this.extras;
    if (lease !== undefined) this.ownExtras.lease = undefined;
    try {
      this.state.release();
      lease?.release();
    } catch (error) {
      this.host.logger.error({ error, run_id: this.scope.run_id }, "the state store did not take the locks back");
    }
  }

  /** → settled: ends the run and answers `execute`. */
  answer(result: ProposalResult): void {
    this.phase = "settled";
    this.disarm();
    this.release();
    this.host.onEnd(this, result);
    this.listener.resolve(result);
  }

  /** → disowned: the run ends here, and what becomes of it is somebody else's to say. */
  disown(why = this.broken?.message ?? "the event log failed"): void {
    this.phase = "disowned";
    this.disarm();
    this.release();
    this.host.onEnd(this, undefined);
    const { run_id } = this.scope;
    this.listener.reject(new RunUndecidedError(run_id, { cause: why }));
  }

  /** Answers whoever executed or resumed the run, which is suspended. */
  answerSuspended(result: ProposalResult): void {
    this.disarm();
    this.release();
    this.host.onSuspend(this);
    this.listener.resolve(result);
  }

  /** Records an event of this run. A log that throws breaks the run: it can then only be undone. */
  record<K extends EventKind>(kind: K, slot: Recorded | undefined, data?: EventDataOf[K]): void {
    if (this.isLogBroken || this.recovery?.hasRecorded(kind, slot?.action.id, slot?.attempts) === true) return;
    try {
      this.host.recorder.recordOf(kind, this, slot, data);
    } catch (error) {
      this.breakLog(error);
    }
  }

  /** The event log does not take events any more: nothing else is offered to it. */
  breakLog(error: unknown): void {
    this.isLogBroken = true;
    // Undoing it is not this process's business any more: another one has the log, or will find the run in it.
    this.isDisowned ||=
      this.host.giveUpRun !== undefined || (CarError.isInstance(error) && error.code === "CAR_LOG_FENCED");
    this.break("the event log failed", error);
  }

  /** Marks the run as impossible to confirm; the next turn of its loop gives it up. */
  break(what: string, error: unknown): void {
    if (this.broken !== undefined) return;
    this.broken = { code: "store_error", message: `${what}: ${messageOf(error)}` };
    this.host.logger.error({ error, run_id: this.scope.run_id }, what);
  }

  /** Reads the clock again; call it whenever time may have passed. */
  tick(): number {
    this.isTimeUsed = false;
    return (this.time = this.host.clock.now());
  }

  /** The time at which a call starts: read anew only if another call has started since. */
  dispatchTime(): number {
    if (this.isTimeUsed) this.tick();
    this.isTimeUsed = true;
    return this.time;
  }
}

/** What the model that proposes a run has been shown; a tool makes its proposal of what it was given and has read. */
function contextOf({ session, parent }: RunRequest, more: LabelSet = NO_LABELS): LabelSet {
  if (parent === undefined) return session === undefined ? more : joinLabels(session.context, more);
  const { flow, session: outer } = parent.run;
  const told = flow === undefined ? NO_LABELS : joinLabels(flow.context, exposedLabels(flow, parent.slot));
  return joinLabels(outer === undefined ? told : joinLabels(outer.context, told), more);
}
