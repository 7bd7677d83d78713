import { assertKnownOptions, type Reason, RuntimeBusyError } from "@car/ir";
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
import { type RecoverOptions, type RecoveryReport, recoverRuns } from "./recovery/recover.js";
import { unfinishedRuns } from "./recovery/unfinished-runs.js";
import { followEnd, followPause } from "./session/follow-end.js";
import type { Recorder } from "./evidence/recorder.js";
import { type SubscribeOptions, subscription, type Subscription } from "./evidence/subscription.js";
import { createHostState } from "./host-state.js";
import { executeWithReplan } from "./replan/execute-with-replan.js";
import { REPLAN_OPTIONS } from "./replan/replan-options.js";
import type { ReplanServices } from "./replan/replan-services.js";
import { createReceipts, type Receipts } from "./reuse/receipts.js";
import { cancelRun } from "./run/cancel-run.js";
import { leaveParent } from "./run/children.js";
import { drain } from "./run/drain.js";
import type { Host, RunRequest } from "./run/host.js";
import type { RunNames } from "./run/run-names.js";
import { type MemoryLink, memoryLink } from "./memory-link.js";
import { OpenRuns } from "./run/open-runs.js";
import { assertPrincipal } from "./run/principal.js";
import { assertSignal } from "./run/signals.js";
import { startChild, startRun } from "./run/start-run.js";
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
  const host = createHost(parts, { holder, suspended, memory });
  const problemsOf: ReplanServices["problemsOf"] = async (proposal, { principal, session }) =>
    parts.problemsOf(await parts.verify(proposal, { config: holder.current, principal, session }));
  const assertIdle = idleGuard(doors, suspended);

  return {
    state: createHostState({ ...parts.config, store, recorder, timers, now: () => clock.now() }),
    eventLog: recorder.log,
    store,
    execute(input: unknown, options: ExecuteOptions = {}) {
      try {
        doors.assertReady();
        return startRun(host, input, executeRequest(options));
      } catch (error) {
        return refused(error);
      }
    },
    executeWithReplan: async (input, options) =>
      executeWithReplan({ host, ...doors, problemsOf }, input, {
        ...options,
        ...executeRequest(options, REPLAN_OPTIONS),
      }),
    verify: (proposal, { principal = DEFAULT_PRINCIPAL } = {}) =>
      parts.verify(proposal, { config: holder.current, principal }),
    session: (options) => openSession(options, sessionHost({ host, ...doors, problemsOf }, parts, holder)),
    recover: (options = {}) => takeUpLeft({ parts, host, assertOpen: doors.assertOpen }, options),
    ...checkpointMethods({ ...host, config: () => holder.current }, assertIdle),
    ...approvalMethods({ ...doors, store: parts.approvals, clock, config: () => holder.current }, suspended),
    subscribe: (subscriber: Subscription["tell"], options?: SubscribeOptions) =>
      recorder.subscribe(subscription(subscriber, options)),
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
function idleGuard({ assertReady }: Pick<ReplanServices, "assertReady">, suspended: SuspendedRuns): () => void {
  return () => {
    assertReady();
    if (suspended.open.size > 0) throw new RuntimeBusyError("a run is open, so nothing can be restored");
    // It would go on with what it had read of a state that is not there any more.
    if (suspended.size > 0) throw new RuntimeBusyError("a run is suspended, so nothing can be restored");
  };
}

interface TakeUp<Report> {
  readonly parts: RuntimeParts<Report>;
  readonly host: Host;
  readonly assertOpen: () => void;
}

/** Takes up what an earlier process left in the store, once. */
async function takeUpLeft<Report>(
  { parts, host, assertOpen }: TakeUp<Report>,
  options: RecoverOptions,
): Promise<RecoveryReport> {
  assertOpen();
  const report = await parts.durable?.unfinished.takeUp(async (from, onTaken) => {
    const runs = await unfinishedRuns(parts.recorder.log, from);
    assertOpen();
    const recovered = recoverRuns(host, runs, options);
    // Their locks are held or queued for by now: whatever is executed from here on comes after them.
    onTaken();
    return recovered;
  });
  return report ?? { runs: [] };
}

interface HostParts {
  readonly holder: ConfigHolder;
  readonly suspended: SuspendedRuns;
  readonly memory: MemoryLink;
}

function createHost<Report>(parts: RuntimeParts<Report>, { holder, suspended, memory }: HostParts): Host {
  const { open } = suspended;
  const { limits } = parts.config;
  const meters = new BudgetMeters(limits.max_session_budgets);
  const { clock, timers, random, store, recorder, logger, names, approver, executor, secrets, durable } = parts;
  const onClosed: Host["onClosed"] = (result, proposal) => memory.tell(result, proposal);
  return {
    clock,
    timers,
    random,
    store,
    recorder,
    logger,
    names,
    approver,
    executor,
    secrets,
    open,
    receipts: receiptsOf(parts),
    approvals: parts.approvals && {
      store: parts.approvals,
      ttlMs: limits.approval_ttl_ms,
      hasRoom: () => suspended.size < limits.max_open_runs,
    },
    giveUpRun: durable && ((runId) => durable.giveUp(runId)),
    config: () => holder.forRun(),
    meterFor: (principal, { budget }) => meters.meterFor(principal, budget),
    drive: drain,
    cancel: cancelRun,
    startChild: (parent, proposal) => {
      try {
        return startChild(parent, proposal);
      } catch (error) {
        return refused(error);
      }
    },
    onEnd: (run, result) => {
      open.delete(run);
      followEnd(run, result?.status ?? "rolled_back");
      if (run.budget !== undefined && run.parent === undefined) meters.leave(run.principal);
      leaveParent(run);
      if (result !== undefined) onClosed(result, run.plan.proposal);
    },
    onSuspend: (run) => {
      suspended.add(run);
      followPause(run);
    },
    onClosed,
  };
}

function receiptsOf<Report>({ clock, config: { limits }, durable }: RuntimeParts<Report>): Receipts {
  const receipts = createReceipts({
    maxEntries: limits.max_receipts,
    ttlMs: limits.receipt_ttl_ms,
    now: () => clock.now(),
  });
  for (const { key, answer, storedAt } of durable?.receipts ?? []) receipts.restore(key, answer, { storedAt });
  return receipts;
}

const EXECUTE_OPTIONS = ["signal", "principal", "executor"] as const satisfies readonly (keyof ExecuteOptions)[];

/** What `execute` was given, checked: whoever is misspelt is not there, and nobody would notice. */
function executeRequest(options: ExecuteOptions, more: readonly string[] = []): RunRequest {
  assertKnownOptions(options, [...EXECUTE_OPTIONS, ...more], "execute");
  const { signal, principal = DEFAULT_PRINCIPAL, executor } = options;
  assertSignal(signal);
  assertPrincipal(principal);
  return { principal, signal, executor };
}

function createHolder<Report>(parts: RuntimeParts<Report>): ConfigHolder {
  const { tools, config, registration, recorder, clock, names, logger } = parts;
  const initial: ConfigSnapshot = { ...config, ...toolView(initialTools(tools, registration)), version: 1 };
  return new ConfigHolder(initial, registration, (change, to) => {
    const data = configChanged(change, to, names.runtime);
    try {
      recorder.recordOutside("config_changed", clock.now(), data);
    } catch (error) {
      // A run that begins meets the same failure and ends with it; a change of tools is not worth less without a log.
      if (change.change !== "runtime_started") throw error;
      logger.error({ error }, "the event log failed");
    }
  });
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
