import {
  Budget,
  Capabilities,
  ConfigInvalidError,
  DEFAULT_LIMITS,
  type JsonValue,
  Limits,
  matchesKey,
  type Reason,
  ReasonCode,
} from "@car/ir";
import { assertKnownOptions, capabilityGuard, parseConfig } from "@car/ir/internal";
import type { Logger, SchemaCompiler, StateStore } from "@car/ir/ports";
import { memoryEventLog } from "@car/eventlog";
import { memoryStateStore } from "@car/state";
import { createSchemaCompiler, verify, type VerifyReport } from "@car/validator";
import { StateSnapshot } from "./checkpoint/checkpoint.js";
import { runtimeLogger } from "./defaults/logger.js";
import { systemClock } from "./defaults/system-clock.js";
import { systemIds } from "./defaults/system-ids.js";
import { Recorder } from "./evidence/recorder.js";
import { createRateLimits } from "./limits/rate-limits.js";
import { liveRuntime } from "./live-runtime.js";
import type { VerifyAs } from "./runtime-parts.js";
import { RunNames } from "./run/run-names.js";
import { RUNTIME_OPTIONS, type RuntimeOptions } from "./runtime-options.js";
import type { Runtime } from "./runtime.js";
import { steadyClock } from "./time/steady-clock.js";
import { TimerQueue } from "./time/timer-queue.js";

const DEFAULT_CONCURRENCY = 256;

/**
 * Creates a runtime. This is the one place that knows which store, log and validator are used when the host names none.
 * @throws `ConfigInvalidError` (`CAR_CONFIG_INVALID`), `ToolInvalidError` (`CAR_TOOL_INVALID`).
 */
export function createRuntime(options: RuntimeOptions = {}): Runtime<VerifyReport> {
  assertOptions(options);
  const { durable, ids = systemIds } = options;
  const clock = steadyClock(options.clock ?? systemClock);
  const logger = runtimeLogger(options.logger);
  const timers = new TimerQueue(clock);
  const limits = options.limits === undefined ? DEFAULT_LIMITS : parseConfig(Limits, options.limits, "limits");
  const capabilities = options.capabilities && parseConfig(Capabilities, options.capabilities, "capabilities");
  const compiler = options.schemaCompiler ?? createSchemaCompiler();
  warnOfUnknownTools(options, logger);
  const store = durable?.state ?? storeOf(options.state);
  const recorder = new Recorder(durable?.eventLog ?? options.eventLog ?? memoryEventLog(), logger);
  if (durable === undefined) recordInitialState(store, recorder, clock.now());
  return liveRuntime({
    tools: options.tools ?? [],
    config: {
      policy: options.policy,
      capabilities: capabilities && capabilityGuard(capabilities),
      budget: options.budget && parseConfig(Budget, options.budget, "budget"),
      limits,
      outputLimits: { maxDepth: limits.max_depth, maxBytes: limits.max_output_bytes },
      maxConcurrency: concurrencyOf(options.maxConcurrency),
      schedule: scheduleOf(options.schedule),
    },
    registration: {
      compiler,
      timers,
      now: () => clock.now(),
      maxCachedResults: limits.max_cached_results,
      buckets: (options.rateLimits ?? createRateLimits()).buckets,
    },
    store,
    durable,
    recorder,
    clock,
    timers,
    random: options.random ?? (() => Number.parseInt(ids.hex(4), 16) / 0x1_0000_0000),
    names: new RunNames(ids),
    logger,
    approver: options.approver,
    approvals: options.approvals,
    executor: options.executor,
    secrets: options.secrets ?? {},
    memory: options.memory,
    verify: (proposal, as) => verifyAgainst(proposal, { ...as, store, capabilities, compiler, now: clock.now() }),
    problemsOf,
  });
}

function assertOptions(options: RuntimeOptions): void {
  assertKnownOptions(options, RUNTIME_OPTIONS, "createRuntime");
  if (options.durable === undefined || (options.state === undefined && options.eventLog === undefined)) return;
  throw new ConfigInvalidError("`durable` brings its own state and log; leave `state` and `eventLog` out");
}

/** A rule about a tool that does not exist protects nothing, and nobody would notice. */
function warnOfUnknownTools({ policy, tools = [] }: RuntimeOptions, logger: Logger): void {
  const names = tools.map(({ schema }) => schema.name);
  const unknown = (policy?.tools ?? []).filter((pattern) => !names.some((name) => matchesKey(pattern, name)));
  if (unknown.length > 0) logger.warn({ tools: unknown }, "the policy has rules for tools that are not registered");
}

/** The errors of a report, as reasons of a refusal. */
function problemsOf({ issues }: VerifyReport): readonly Reason[] {
  return issues
    .filter(({ severity }) => severity === "error")
    .map(({ code, message, action_id }) => {
      const known = ReasonCode.safeParse(code);
      return { code: known.data ?? "invalid", message, ...(action_id === undefined ? {} : { action_id }) };
    });
}

interface VerifyRequest extends VerifyAs {
  readonly store: StateStore;
  readonly capabilities: Capabilities | undefined;
  readonly compiler: SchemaCompiler;
  readonly now: number;
}

async function verifyAgainst(
  proposal: unknown,
  { config, principal, session, store, capabilities, compiler, now }: VerifyRequest,
): Promise<VerifyReport> {
  const state = store.view();
  try {
    const tools = [...config.tools.values()].map(({ schema }) => schema);
    const { policy: policies, budget, limits, schedule } = config;
    const rules = { tools, policies, capabilities, budget, limits, schedule };
    return await verify(proposal, {
      ...rules,
      state,
      compiler,
      now,
      principal,
      ...(session && { flow: session, history: session.history }),
    });
  } finally {
    state.release?.();
  }
}

function storeOf(state: RuntimeOptions["state"]): StateStore {
  if (state === undefined) return memoryStateStore();
  return isStore(state) ? state : memoryStateStore(state);
}

function isStore(state: StateStore | Readonly<Record<string, JsonValue>>): state is StateStore {
  return typeof (state as StateStore).acquire === "function" && typeof (state as StateStore).commit === "function";
}

/** Anything else would turn the order off that keeps what cannot be undone for last. */
function scheduleOf(value: RuntimeOptions["schedule"] = "safe"): "safe" | "eager" {
  if (value === "safe" || value === "eager") return value;
  throw new ConfigInvalidError("`schedule` is `safe` or `eager`");
}

function concurrencyOf(value: number | undefined): number {
  if (value === undefined) return DEFAULT_CONCURRENCY;
  if (Number.isInteger(value) && value > 0) return value;
  throw new ConfigInvalidError(`maxConcurrency is ${value}, it must be a whole number of at least 1`);
}

/** The log alone must be able to rebuild the state, so it starts with what is there. */
function recordInitialState(store: StateStore, recorder: Recorder, time: number): void {
  const view = store.view();
  if (view.version === 0) {
    view.release?.();
    return;
  }
  const snapshot = new StateSnapshot(view);
  view.release?.();
  recorder.recordOutside("state_snapshot", time, snapshot);
}
