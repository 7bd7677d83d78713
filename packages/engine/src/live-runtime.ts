import { type Reason, RuntimeBusyError } from "@car/ir";
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
import { approvalMethods } from "./approvals/approval-methods.js";
import { SuspendedRuns } from "./approvals/suspended-runs.js";
import { BudgetMeters } from "./budget/meters.js";
import { ConfigHolder, initialTools, toolView } from "./config/config-holder.js";
import { checkpointMethods } from "./checkpoint/checkpoint-methods.js";
import { configChanged } from "./config/config-changed.js";
import { type ConfigSnapshot, toolSchemas } from "./config/config-snapshot.js";
import { createDoors } from "./doors.js";
import type { RegistrationContext } from "./config/registered-tool.js";
import type { DurableParts } from "./recovery/durable-parts.js";
import { type RecoverOptions, type RecoveryReport, recoverRuns, unfinishedRuns } from "./recovery/recover.js";
import { followEnd, followPause } from "./session/follow-end.js";
import type { Recorder } from "./evidence/recorder.js";
import { createHostState } from "./host-state.js";
import { executeWithReplan } from "./replan/execute-with-replan.js";
import type { ReplanServices } from "./replan/replan-services.js";
import { createReceipts } from "./reuse/receipts.js";
import { cancelRun } from "./run/begin.js";
import type { RunNames } from "./run/run-names.js";
import { type MemoryLink, memoryLink } from "./memory-link.js";
import { OpenRuns } from "./run/open-runs.js";
import type { Services } from "./run/services.js";
import { type RunStarter, startRun } from "./run/start-run.js";
import type { ExecuteOptions, Runtime } from "./runtime.js";
import { openSession } from "./session/session.js";
import { sessionHost } from "./session/session-host.js";
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

const DEFAULT_PRINCIPAL = "default";

/** Composes a runtime. It knows ports only: which store, log, policy and validator it uses is decided elsewhere. */
export function liveRuntime<Report>(parts: RuntimeParts<Report>): Runtime<Report> {
  const { recorder, store, timers, clock } = parts;
  const open = new OpenRuns();
  const suspended = new SuspendedRuns(open);
  const doors = createDoors(() => parts.durable?.unfinished.from !== undefined);
  let closing: Promise<void> | undefined;

  const holder = createHolder(parts);
  const memory = memoryLink(parts);
  const starter = createStarter(parts, { holder, suspended, memory });
  const problemsOf: ReplanServices["problemsOf"] = async (proposal, { principal, session }) =>
    parts.problemsOf(await parts.verify(proposal, { config: holder.current, principal, session }));
  const assertIdle = idleGuard(doors, open);

  return {
    state: createHostState({ ...parts.config, store, recorder, timers, now: () => clock.now() }),
    eventLog: recorder.log,
    store,
    execute(input: unknown, { signal, principal = DEFAULT_PRINCIPAL, executor }: ExecuteOptions = {}) {
      try {
        doors.assertReady();
        return startRun(starter, { input, principal, signal, executor });
      } catch (error) {
        return refused(error);
      }
    },
    executeWithReplan: async (input, { principal = DEFAULT_PRINCIPAL, ...options }) =>
      executeWithReplan({ starter, ...doors, problemsOf }, input, { ...options, principal }),
    verify: (proposal, { principal = DEFAULT_PRINCIPAL } = {}) =>
      parts.verify(proposal, { config: holder.current, principal }),
    session: (options) => openSession(options, sessionHost({ starter, ...doors, problemsOf }, parts, holder)),
    recover: (options = {}) => takeUpLeft({ parts, starter, assertOpen: doors.assertOpen }, options),
    ...checkpointMethods({ ...starter.services, config: () => holder.current }, assertIdle),
    ...approvalMethods({ ...doors, store: parts.approvals, clock, config: () => holder.current }, suspended),
    subscribe: (subscriber) => recorder.subscribe(subscriber),
    registerTool(tool) {
      doors.assertOpen();
      holder.register(tool);
    },
    unregisterTool: (name) => holder.unregister(name),
    revoke: (name) => holder.revoke(name),
    tools: () => toolSchemas(holder.current),
    idle: () => memory.idle(),
    close() {
      doors.close();
      return (closing ??= closeRuntime(parts, suspended));
    },
  };
}

/** Throws unless something may be restored now. */
function idleGuard({ assertReady }: Pick<ReplanServices, "assertReady">, open: OpenRuns): () => void {
  return () => {
    assertReady();
    if (open.size > 0) throw new RuntimeBusyError("a run is open, so nothing can be restored");
  };
}

interface TakeUp<Report> {
  readonly parts: RuntimeParts<Report>;
  readonly starter: RunStarter;
  readonly assertOpen: () => void;
}

/** Takes up what an earlier process left in the store, once. */
async function takeUpLeft<Report>(
  { parts, starter, assertOpen }: TakeUp<Report>,
  options: RecoverOptions,
): Promise<RecoveryReport> {
  assertOpen();
  const { durable } = parts;
  const report = await durable?.unfinished.takeUp(async (from, onTaken) => {
    const runs = await unfinishedRuns(parts.recorder.log, from);
    assertOpen();
    const recovered = recoverRuns(starter, { runs, givenUp: durable.givenUp }, options);
    // Their locks are held or queued for by now: whatever is executed from here on comes after them.
    onTaken();
    return recovered;
  });
  return report ?? { runs: [] };
}

interface StarterParts {
  readonly holder: ConfigHolder;
  readonly suspended: SuspendedRuns;
  readonly memory: MemoryLink;
}

function createStarter<Report>(parts: RuntimeParts<Report>, { holder, suspended, memory }: StarterParts): RunStarter {
  const { open } = suspended;
  const meters = new BudgetMeters(parts.config.limits.max_session_budgets);
  const onClosed: RunStarter["onClosed"] = (result, proposal) => memory.tell(result, proposal);
  const starter: RunStarter = {
    services: createServices(parts, suspended, (parent, action, input) => {
      const request = { input, principal: parent.principal, signal: undefined, executor: undefined };
      try {
        return startRun(starter, { ...request, parent: { run: parent, action } });
      } catch (error) {
        return refused(error);
      }
    }),
    names: parts.names,
    config: () => holder.forRun(),
    meterFor: (principal, { budget }) => meters.meterFor(principal, budget),
    open,
    onEnd: (run, result) => {
      open.delete(run);
      if (run.budget !== undefined) meters.leave(run.principal);
      if (result === undefined) return;
      followEnd(run, result);
      onClosed(result, run.plan.proposal);
    },
    onSuspend: (run) => {
      suspended.add(run);
      followPause(run);
    },
    onClosed,
  };
  return starter;
}

function createHolder<Report>(parts: RuntimeParts<Report>): ConfigHolder {
  const { tools, config, registration, recorder, clock, names, logger } = parts;
  const initial: ConfigSnapshot = { ...config, ...toolView(initialTools(tools, registration)), version: 1 };
  return new ConfigHolder(initial, registration, (change, to) => {
    const data = configChanged(change, to, names.runtime);
    try {
      recorder.record({ kind: "config_changed", time: clock.now(), action: -1, attempt: 0, data });
    } catch (error) {
      // A run that begins meets the same failure and ends with it; a change of tools is not worth less without a log.
      if (change.change !== "runtime_started") throw error;
      logger.error({ error }, "the event log failed");
    }
  });
}

function createServices<Report>(
  parts: RuntimeParts<Report>,
  suspended: SuspendedRuns,
  executeChild: Services["executeChild"],
): Services {
  const { limits } = parts.config;
  const receipts = createReceipts({
    maxEntries: limits.max_receipts,
    ttlMs: limits.receipt_ttl_ms,
    now: () => parts.clock.now(),
  });
  for (const { key, answer, storedAt } of parts.durable?.receipts ?? []) receipts.restore(key, answer, { storedAt });
  const { clock, timers, random, store, recorder, logger, approver, executor, secrets } = parts;
  const giveUp = parts.durable?.giveUp.bind(parts.durable);
  const ports = { clock, timers, random, store, recorder, logger, approver, executor, secrets };
  const hasRoom = (): boolean => suspended.size < limits.max_open_runs;
  const approvals = parts.approvals && { store: parts.approvals, ttlMs: limits.approval_ttl_ms, hasRoom };
  return { ...ports, approvals, giveUp, receipts, executeChild };
}

/** What is thrown before a run exists is a rejection. */
function refused(error: unknown): Promise<never> {
  return Promise.reject(error instanceof Error ? error : new Error(String(error)));
}

async function closeRuntime<Report>(parts: RuntimeParts<Report>, suspended: SuspendedRuns): Promise<void> {
  const { timers, config, recorder, durable } = parts;
  const { open } = suspended;
  const { drain_timeout_ms: ms } = config.limits;
  // What a durable log has is taken up by the next process; nobody else could.
  if (durable === undefined) suspended.cancelAll("the runtime was closed");
  if (!(await open.idle(timers, ms))) {
    for (const run of open.all()) cancelRun(run, { code: "canceled", message: "the runtime was closed" });
    // Canceled runs give their calls `ms` to end, and then their compensations take the time they take.
    await open.idle(timers, ms + config.limits.compensation_timeout_ms);
  }
  await recorder.log.flush();
}
