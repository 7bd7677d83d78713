import type { ActionProposal, ParseProposalOptions, ProposalInput, ProposalResult, Reason, ReplacedRun } from "@car/ir";
import type { ApprovalStore, Approver, Clock, Executor, Logger, RandomSource, StateStore } from "@car/ir/ports";
import type { BudgetMeter } from "../budget/budget-meter.js";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import type { Attempt } from "../dispatch/attempt.js";
import type { LastPlan } from "../plan/plan.js";
import type { Recorder } from "../evidence/recorder.js";
import type { Receipts } from "../reuse/receipts.js";
import type { SessionState } from "../session/session-state.js";
import type { TimerQueue } from "../time/timer-queue.js";
import type { OpenRuns } from "./open-runs.js";
import type { Outcome } from "./outcome.js";
import type { RunNames } from "./run-names.js";
import type { Run } from "./run.js";
import type { Slot } from "./slot.js";

/** The host's store of approvals, and what waiting for it costs. */
export interface ApprovalDesk {
  readonly store: ApprovalStore;
  /** How long a request can be answered, in milliseconds. */
  readonly ttlMs: number;
  /** Whether another run may be suspended. */
  readonly hasRoom: () => boolean;
}

/** A request to execute. */
export interface RunRequest {
  readonly principal: string;
  readonly signal?: AbortSignal | undefined;
  readonly executor?: Executor | undefined;
  /** The call that proposes it. */
  readonly parent?: Attempt | undefined;
  /** What this run stands in for, when it is a replan. */
  readonly replaces?: ReplacedRun | undefined;
  /** The session in which it was proposed. */
  readonly session?: SessionState | undefined;
}

/** What all runs of a runtime share and no configuration change replaces. */
export interface Host {
  readonly clock: Clock;
  readonly timers: TimerQueue;
  readonly random: RandomSource;
  readonly store: StateStore;
  readonly recorder: Recorder;
  readonly logger: Logger;
  readonly receipts: Receipts;
  readonly approver: Approver | undefined;
  readonly approvals: ApprovalDesk | undefined;
  readonly executor: Executor | undefined;
  readonly secrets: Readonly<Record<string, string>>;
  readonly names: RunNames;
  /**
   * Under a log that `recover()` reads: notes that a run has been answered as undone although the log could not be told.
   * False when that could not be noted either. Absent when nobody recovers anything.
   */
  readonly giveUpRun: ((runId: string) => boolean | Promise<boolean>) | undefined;
  /** How proposals are parsed that were not. */
  readonly parsing: ParseProposalOptions;
  readonly lastPlan: LastPlan;
  /** Open runs, and the only place that knows them. */
  readonly open: OpenRuns;
  /** The configuration for a run that begins now. */
  readonly config: () => ConfigSnapshot;
  readonly meterFor: (principal: string, config: ConfigSnapshot) => BudgetMeter | undefined;
  /** Lets a run do what it can do now; see `drain`. */
  readonly drive: (run: Run) => void;
  /** Takes a call beside the plan through its gates, and makes it. */
  readonly advance: (run: Run, slot: Slot) => void;
  /** Told of the outcome of a call that did not answer at once. */
  readonly conclude: (run: Run, slot: Slot, outcome: Outcome) => void;
  /** Gives a run up, at whatever point it is. */
  readonly cancel: (run: Run, cause: Reason) => void;
  /** Executes what a tool proposes. */
  readonly startChild: (parent: Attempt, proposal: ProposalInput) => Promise<ProposalResult>;
  /** Told when a run has ended, before `execute` is answered. */
  readonly onEnd: (run: Run, result: ProposalResult | undefined) => void;
  /** Told when a run waits for approvals, before `execute` is answered. */
  readonly onSuspend: (run: Run) => void;
  /** Told of the results of proposals that never became a run. */
  readonly onClosed: (result: ProposalResult, proposal?: ActionProposal) => void;
}
