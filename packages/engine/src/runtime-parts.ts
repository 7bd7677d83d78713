import type { Reason } from "@car/ir";
import type {
  ApprovalStore,
  Approver,
  Clock,
  Executor,
  Logger,
  Memory,
  RandomSource,
  StateStore,
  Tool,
} from "@car/ir/ports";
import type { ConfigSnapshot } from "./config/config-snapshot.js";
import type { RegistrationContext } from "./config/registered-tool.js";
import type { Recorder } from "./evidence/recorder.js";
import type { DurableParts } from "./recovery/durable-parts.js";
import type { RunNames } from "./run/run-names.js";
import type { SessionState } from "./session/session-state.js";
import type { TimerQueue } from "./time/timer-queue.js";

/** Under which configuration, and on whose behalf, something is verified. */
export interface VerifyAs {
  readonly config: ConfigSnapshot;
  readonly principal: string;
  /** The session whose model proposes it. */
  readonly session?: SessionState | undefined;
}

/** Everything a runtime is made of, with every default filled in. */
export interface RuntimeParts<Report> {
  readonly tools: readonly Tool[];
  /** The first configuration, its tools still to be registered. */
  readonly config: Omit<ConfigSnapshot, "tools" | "effectsOf" | "version">;
  readonly registration: RegistrationContext;
  readonly store: StateStore;
  readonly durable: DurableParts | undefined;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly timers: TimerQueue;
  readonly random: RandomSource;
  readonly names: RunNames;
  readonly logger: Logger;
  readonly approver: Approver | undefined;
  readonly approvals: ApprovalStore | undefined;
  readonly executor: Executor | undefined;
  readonly secrets: Readonly<Record<string, string>>;
  readonly memory: Memory | undefined;
  readonly verify: (proposal: unknown, as: VerifyAs) => Promise<Report>;
  /** What a report says against running the proposal as it stands. */
  readonly problemsOf: (report: Report) => readonly Reason[];
}
