import { CarError, type EventKind, type LabelSet, type ProposalResult, type Reason, RunUndecidedError } from "@car/ir";
import { joinLabels, NO_LABELS } from "@car/ir/internal";
import type { Executor, LockOwner, RunScope } from "@car/ir/ports";
import type { BudgetMeter } from "../budget/budget-meter.js";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import { exposedLabels } from "../flow/output-labels.js";
import { RunFlow } from "../flow/run-flow.js";
import type { Payload } from "../evidence/recorder.js";
import type { Plan } from "../plan/plan.js";
import type { Recovery } from "../recovery/recovery.js";
import { CallHistory } from "../session/call-history.js";
import type { SessionState } from "../session/session-state.js";
import { smallMs } from "../time/small-ms.js";
import type { Host, RunRequest } from "./host.js";
import { RunExtras, type Stop } from "./run-extras.js";
import { RunState } from "./run-state.js";
import { Board } from "./board.js";
import { type Slot } from "./slot.js";
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

/** Told when the run has been answered: its result, or a rejection. */
export type Answer = (result: ProposalResult | Promise<never>) => void;

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

/** For a run of which nobody waits for the answer. */
export const NOBODY: Answer = (result) => void Promise.resolve(result).catch(() => undefined);

const NO_EXTRAS: Readonly<RunExtras> = Object.freeze(new RunExtras());

/** One execution of one proposal: with its board, the only thing that changes while it runs. */
export class Run implements LockOwner {
  readonly host: Host;
  readonly request: RunRequest;
  readonly plan: Plan;
  readonly config: ConfigSnapshot;
  readonly scope: RunScope;
  readonly budget: BudgetMeter | undefined;
  readonly startedAt: number;
  /** Follows labels; `undefined` when the policy does not look at them. */
  readonly flow: RunFlow | undefined;
  /** Counts calls; `undefined` when the policy does not look at them. */
  readonly history: CallHistory | undefined;
  readonly state: RunState;
  readonly board: Board;
  private more: RunExtras | undefined = undefined;
  phase: RunPhase = "open";
  /** The loop of `drain` is running, or the run is being given up: who wakes it now need not go on with it. */
  isBusy = false;
  /**
   * Milliseconds since `epoch`, read from the clock once per turn: at the start, after each wait, and between two
   * dispatches.
   */
  elapsed: number;
  private isTimeUsed = false;
  /** When it began, or was resumed, as `elapsed` has it. */
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
    this.elapsed = smallMs(made.startedAt - this.epoch);
    this.listener = made.answer;
    if (made.recovery !== undefined) this.ownExtras.recovery = made.recovery;
    this.state = new RunState(host.store);
    this.board = new Board(made.plan);
    const asks = made.config.policy?.supports;
    const { session } = this;
    this.flow = asks?.flow === true ? new RunFlow(this, session, contextOf(request, made.contextLabels)) : undefined;
    this.history = asks?.history === true ? (session?.history ?? this.parent?.history ?? new CallHistory()) : undefined;
  }

  /** What most runs never need, to read. */
  get extras(): Readonly<RunExtras> {
    return this.more ?? NO_EXTRAS;
  }

  /** The same, to be written. */
  get ownExtras(): RunExtras {
    return (this.more ??= new RunExtras());
  }

  /** Set for a run that another process began. */
  get recovery(): Recovery | undefined {
    return this.extras.recovery;
  }

  /** Why it starts nothing more. */
  get stop(): Stop | undefined {
    return this.extras.stop;
  }

  /** A failure of the log or the store: nothing of this run can be confirmed. */
  get broken(): Reason | undefined {
    return this.extras.broken;
  }

  /** Another process may take the run up as its log has it. */
  get isDisowned(): boolean {
    return this.extras.isDisowned;
  }

  get principal(): string {
    return this.request.principal;
  }

  /** The millisecond in which it started: its own times count from there. */
  get epoch(): number {
    return Math.floor(this.startedAt);
  }

  /** The time, in milliseconds since the epoch of all clocks, as it was read last. */
  get time(): number {
    return this.epoch + this.elapsed;
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

  /** It had ended, and is here from its log to be undone: what the log cannot be told is not done, and can be tried again. */
  private get isEndedBefore(): boolean {
    return this.phase === "settled" && this.recovery !== undefined;
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
    this.activeSince = this.elapsed;
  }

  /**
   * running → stopping. The first stop has the last word, except that a spent budget gives way to an abort or a
   * cancelation. Returns whether this one counts.
   */
  halt({ kind, cause }: Stop, tellsCalls: boolean): boolean {
    if (this.stop !== undefined && (this.stop.kind !== "budget" || !tellsCalls)) return false;
    this.ownExtras.stop = { kind, cause: this.stop?.cause ?? cause };
    this.phase = "stopping";
    return true;
  }

  /** running → suspended: nothing of it happens until it is resumed. */
  suspend(readVersions: ReadonlyMap<string, number>): void {
    this.phase = "suspended";
    const { ownExtras: own } = this;
    own.activeMs += this.elapsed - this.activeSince;
    own.readVersions = readVersions;
    own.durationTimer?.cancel();
    own.durationTimer = undefined;
  }

  /** suspended → running: from here on the answer is for `answer`. */
  reopen(answer: Answer): void {
    this.listener = answer;
    this.phase = "running";
    this.tick();
    this.activeSince = this.elapsed;
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
    this.listener(result);
  }

  /** → disowned: the run ends here, and what becomes of it is somebody else's to say. */
  disown(why = this.broken?.message ?? "the event log failed"): void {
    this.phase = "disowned";
    this.disarm();
    this.release();
    this.host.onEnd(this, undefined);
    const { run_id } = this.scope;
    this.listener(Promise.reject(new RunUndecidedError(run_id, { cause: why })));
  }

  /** Answers whoever executed or resumed the run, which is suspended. */
  answerSuspended(result: ProposalResult): void {
    this.disarm();
    this.release();
    this.host.onSuspend(this);
    this.listener(result);
  }

  /** Records an event of this run. A log that throws breaks the run: it can then only be undone. */
  record<K extends EventKind>(kind: K, slot: Recorded | undefined, data?: Payload<K>): void {
    if (this.extras.isLogBroken || this.recovery?.hasRecorded(kind, slot?.action.id, slot?.attempts) === true) return;
    try {
      this.host.recorder.recordOf(kind, this, slot, data);
    } catch (error) {
      this.breakLog(error);
    }
  }

  /** The event log does not take events any more: nothing else is offered to it. */
  breakLog(error: unknown): void {
    const { ownExtras: own } = this;
    own.isLogBroken = true;
    // Undoing it is not this process's business any more: another one has the log, or will find the run in it.
    own.isDisowned ||=
      this.isEndedBefore ||
      this.host.giveUpRun !== undefined ||
      (CarError.isInstance(error) && error.code === "CAR_LOG_FENCED");
    this.break("the event log failed", error);
  }

  /** Marks the run as impossible to confirm; the next turn of its loop gives it up. */
  break(what: string, error: unknown): void {
    if (this.broken !== undefined) return;
    this.ownExtras.broken = { code: "store_error", message: `${what}: ${messageOf(error)}` };
    this.host.logger.error({ error, run_id: this.scope.run_id }, what);
  }

  /** Reads the clock again; call it whenever time may have passed. */
  tick(): void {
    this.isTimeUsed = false;
    this.elapsed = smallMs(this.host.clock.now() - this.epoch);
  }

  /** `elapsed` where a call starts: read anew only if another call has started since. */
  dispatchTime(): number {
    if (this.isTimeUsed) this.tick();
    this.isTimeUsed = true;
    return this.elapsed;
  }
}

/** What the model that proposes a run has been shown; a tool makes its proposal of what it was given and has read. */
function contextOf({ session, parent }: RunRequest, more: LabelSet = NO_LABELS): LabelSet {
  if (parent === undefined) return session === undefined ? more : joinLabels(session.context, more);
  const { flow, session: outer } = parent.run;
  const told = flow === undefined ? NO_LABELS : joinLabels(flow.context, exposedLabels(flow, parent.slot));
  return joinLabels(outer === undefined ? told : joinLabels(outer.context, told), more);
}
