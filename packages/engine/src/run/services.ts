import type { ProposalInput, ProposalResult } from "@car/ir";
import type { ApprovalStore, Approver, Clock, Executor, Logger, RandomSource, StateStore } from "@car/ir/ports";
import type { Recorder } from "../evidence/recorder.js";
import type { DurableParts } from "../recovery/durable-parts.js";
import type { Receipts } from "../reuse/receipts.js";
import type { TimerQueue } from "../time/timer-queue.js";
import type { Run } from "./run.js";

/** The host's store of approvals, and what waiting for it costs. */
export interface ApprovalDesk {
  readonly store: ApprovalStore;
  /** How long a request can be answered, in milliseconds. */
  readonly ttlMs: number;
  /** Whether another run may be suspended. */
  readonly hasRoom: () => boolean;
}

/** What all runs of a runtime share and no configuration change replaces. */
export interface Services {
  readonly clock: Clock;
  readonly timers: TimerQueue;
  readonly random: RandomSource;
  readonly store: StateStore;
  readonly recorder: Recorder;
  /**
   * Present where `recover()` takes up what the log does not have as ended, in another process perhaps: see `DurableParts`.
   */
  readonly giveUp: DurableParts["giveUp"] | undefined;
  readonly logger: Logger;
  readonly receipts: Receipts;
  readonly approver: Approver | undefined;
  readonly approvals: ApprovalDesk | undefined;
  readonly executor: Executor | undefined;
  readonly secrets: Readonly<Record<string, string>>;
  /** Runs a proposal as a child of an action that is being executed. */
  readonly executeChild: (parent: Run, action: number, proposal: ProposalInput) => Promise<ProposalResult>;
}
