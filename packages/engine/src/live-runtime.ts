import { RuntimeBusyError } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import { approvalMethods } from "./approvals/approval-methods.js";
import { SuspendedRuns } from "./approvals/suspended-runs.js";
import { ConfigHolder, initialTools, toolView } from "./config/config-holder.js";
import { checkpointMethods } from "./checkpoint/checkpoint-methods.js";
import { configChanged } from "./config/config-changed.js";
import { type ConfigSnapshot, toolSchemas } from "./config/config-snapshot.js";
import { createHost } from "./create-host.js";
import { createDoors } from "./doors.js";
import { DEFAULT_PRINCIPAL, executeRequest } from "./execute-request.js";
import { rejection } from "./rejection.js";
import type { RuntimeParts } from "./runtime-parts.js";
import { checkRecoverOptions, type RecoverOptions, type RecoveryReport, recoverRuns } from "./recovery/recover.js";
import { unfinishedRuns } from "./recovery/unfinished-runs.js";
import { type SubscribeOptions, subscription, type Subscription } from "./evidence/subscription.js";
import { createHostState } from "./host-state.js";
import { executeWithReplan } from "./replan/execute-with-replan.js";
import { REPLAN_OPTIONS, type ReplanOptions } from "./replan/replan-options.js";
import type { ReplanServices } from "./replan/replan-services.js";
import { cancelRun } from "./run/cancel-run.js";
import type { Host, RunRequest } from "./run/host.js";
import { memoryLink } from "./memory-link.js";
import { undoMethod } from "./undo/undo-committed.js";
import { OpenRuns } from "./run/open-runs.js";
import { assertPrincipal } from "./run/principal.js";
import { startRun } from "./run/start-run.js";
import type { ExecuteOptions, Runtime } from "./runtime.js";
import { openSession } from "./session/session.js";
import { sessionHost } from "./session/session-host.js";

/** Composes a runtime. It knows ports only: which store, log, policy and validator it uses is decided elsewhere. */
export function liveRuntime<Report>(parts: RuntimeParts<Report>): Runtime<Report> {
  const { recorder, store, timers, clock } = parts;
  const suspended = new SuspendedRuns(new OpenRuns());
  const doors = createDoors(() => parts.durable?.unfinished.from !== undefined);
  let closing: Promise<void> | undefined;

  const holder = createHolder(parts);
  const memory = memoryLink(parts);
  const host = createHost(parts, { holder, suspended, memory });
  const problemsOf: ReplanServices["problemsOf"] = async (proposal, { principal, session }) =>
    parts.problemsOf(await parts.verify(proposal, { config: holder.current, principal, session }));
  const services: ReplanServices = { host, ...doors, problemsOf };
  const assertIdle = idleGuard(doors, suspended);

  return {
    state: createHostState({ ...parts.config, store, recorder, timers, now: () => clock.now() }),
    eventLog: recorder.log,
    store,
    execute(input: unknown, options?: ExecuteOptions) {
      try {
        doors.assertReady();
        return startRun(host, input, executeRequest(options));
      } catch (error) {
        return rejection(error);
      }
    },
    executeWithReplan: async (input, options) => executeWithReplan(services, input, replanRequest(options)),
    verify: async (proposal, options) =>
      parts.verify(proposal, { config: holder.current, principal: principalOf(options) }),
    session: (options) => openSession(options, sessionHost(services, parts, holder)),
    recover: (options = {}) => takeUpLeft({ parts, host, assertOpen: doors.assertOpen }, options),
    ...undoMethod(host, () => holder.current, doors.assertReady),
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

function replanRequest(options: ReplanOptions & ExecuteOptions): ReplanOptions & RunRequest {
  return { ...options, ...executeRequest(options, REPLAN_OPTIONS, "executeWithReplan") };
}

/** On whose behalf something is verified. */
function principalOf(options: Pick<ExecuteOptions, "principal"> = {}): string {
  assertKnownOptions(options, ["principal"], "verify");
  const { principal = DEFAULT_PRINCIPAL } = options;
  assertPrincipal(principal);
  return principal;
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
  checkRecoverOptions(options);
  const { durable } = parts;
  const report = await durable?.unfinished.takeUp(async (from, onTaken) => {
    const runs = await unfinishedRuns(parts.recorder.log, from);
    assertOpen();
    const recovered = recoverRuns(host, { runs, givenUp: durable.givenUp }, options);
    // Their locks are held or queued for by now: whatever is executed from here on comes after them.
    onTaken();
    return recovered;
  });
  return report ?? { runs: [] };
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
