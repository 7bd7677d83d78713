import {
  type ActionProposal,
  type CarEvent,
  epochMsOf,
  type EventOf,
  parseProposal,
  payloadOf,
  type ProposalReceivedData,
} from "@car/ir";
import type { EventLog, PolicyEngine, RunScope, StateView } from "@car/ir/ports";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import { runtimeLogger } from "../defaults/logger.js";
import { Recorder } from "../evidence/recorder.js";
import { buildPlan } from "../plan/plan.js";
import { begin } from "../run/begin.js";
import { type EarlyRefusal, refuseEarly } from "../run/refuse.js";
import { Run, type RunMade } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import { cancelRun } from "../run/cancel-run.js";
import { drain } from "../run/drain.js";
import type { Host } from "../run/host.js";
import { OpenRuns } from "../run/open-runs.js";
import { RunNames } from "../run/run-names.js";
import { drive } from "./drive.js";
import type { ReplayParts } from "./replay-parts.js";
import { Script } from "./script.js";
import { scriptedReceipts } from "./scripted-answers.js";
import { scriptedMeter } from "./scripted-budget.js";
import { PendingCalls, scriptedExecutor } from "./scripted-calls.js";
import { scriptedApprover, scriptedPolicy } from "./scripted-policy.js";
import { scriptedStore } from "./scripted-store.js";
import { scriptedClock, ScriptedTimers } from "./scripted-timers.js";
import { scriptedPlan } from "./scripted-tools.js";
import { Waits } from "./waits.js";

/** One recorded run, and what it found when it began. */
export interface RecordedExecution {
  readonly received: EventOf<"proposal_received">;
  /** From `received` to `proposal_completed`. */
  readonly events: readonly CarEvent[];
  readonly view: StateView;
  /** What judged it, without its policy. */
  readonly config: Omit<ConfigSnapshot, "policy" | "version">;
  /** Decides in the place of the recorded decisions. */
  readonly policy: PolicyEngine | undefined;
}

/**
 * Executes a recorded run again and holds it against its recording. Nothing is called, and no time passes.
 * @throws `PayloadErasedError` when a payload is gone.
 */
export async function replayRun(recorded: RecordedExecution): Promise<Script> {
  const script = new Script(recorded.events);
  const received = payloadOf(recorded.received);
  const slots = new Map<string, Slot>();
  const parts: ReplayParts = {
    script,
    waits: new Waits(),
    timers: new ScriptedTimers(scriptedClock(script)),
    hasPolicy: typeof received.policy_version === "string",
    asked: new Set(),
    undoing: new Map(),
    reserves: new Map(),
    slots: () => slots.values(),
    slotOf: (id) => slots.get(id),
  };
  const pending = new PendingCalls();
  const config = configOf(recorded, received, parts);
  let isOver = false;
  const host = hostOf(recorded, parts, pending, () => (isOver = true));
  const proposal = parseProposal(received.proposal, { limits: config.limits });
  const planned = buildPlan(proposal, config);
  if ("problems" in planned) {
    await refuseEarly(host, { ...refusalOf(recorded, proposal, config), reasons: planned.problems });
  } else {
    const plan = scriptedPlan(planned.plan, parts);
    const run = makeRun(recorded, host, { plan, config, budget: scriptedMeter(config.budget, parts) });
    for (const slot of run.board.slots) slots.set(slot.action.id, slot);
    begin(run);
    await drive({ run, parts, pending, isOver: () => isOver });
  }
  if (script.divergence === undefined) script.missing();
  return script;
}

function configOf(
  { config, policy }: RecordedExecution,
  { config_version: version, policy_version }: ProposalReceivedData,
  parts: ReplayParts,
): ConfigSnapshot {
  const scripted = typeof policy_version === "string" ? scriptedPolicy(parts, policy_version, policy) : undefined;
  return { ...config, version, policy: scripted };
}

function hostOf({ view }: RecordedExecution, parts: ReplayParts, pending: PendingCalls, onEnd: () => void): Host {
  const { script, timers } = parts;
  const logger = runtimeLogger(undefined);
  const nobody = (): never => {
    throw new TypeError("nothing calls this: no tool runs, and nothing new begins");
  };
  return {
    clock: scriptedClock(script),
    timers,
    random: () => 0,
    store: scriptedStore(view, script),
    recorder: new Recorder(comparingLog(script), logger),
    logger,
    receipts: scriptedReceipts(parts),
    approver: scriptedApprover(parts),
    approvals: undefined,
    executor: scriptedExecutor(parts, pending),
    secrets: {},
    names: new RunNames({ hex: () => "" }),
    giveUpRun: undefined,
    open: new OpenRuns(),
    config: nobody,
    meterFor: nobody,
    drive: drain,
    cancel: cancelRun,
    startChild: nobody,
    onEnd,
    onSuspend: onEnd,
    onClosed: () => undefined,
  };
}

/** Keeps nothing: each event is held against the recording at once. */
function comparingLog(script: Script): EventLog {
  const { seq, hash } = script.events.at(-1)!;
  return {
    supports: { durable: false },
    append(draft) {
      script.take(draft);
      return seq;
    },
    flush: () => undefined,
    read: async function* () {
      yield* script.events;
    },
    head: () => Promise.resolve({ seq, hash }),
    close: () => Promise.resolve(),
  };
}

function makeRun(
  { received, events }: RecordedExecution,
  host: Host,
  made: Pick<RunMade, "plan" | "config" | "budget">,
): Run {
  const { principal } = payloadOf(received);
  const run = new Run(
    host,
    { principal, signal: abortedSignal(events) },
    {
      ...made,
      scope: scopeOf(received, made.plan.actionIds),
      startedAt: epochMsOf(received.timestamp),
      answer: { resolve: () => undefined, reject: () => undefined },
    },
  );
  // Whether all that is left fits is told by the recording too, action by action.
  run.extras.isRestChecked = made.budget?.isRecorded === true;
  return run;
}

function scopeOf(received: EventOf<"proposal_received">, actionIds: readonly string[]): RunScope {
  const { run_id = "", proposal_id = "", trace_id, span_id } = received;
  const { principal } = payloadOf(received);
  return { run_id, proposal_id, principal, trace_id, span_prefix: span_id.slice(0, 8), action_ids: actionIds };
}

function refusalOf(
  { received }: RecordedExecution,
  proposal: ActionProposal,
  config: ConfigSnapshot,
): Omit<EarlyRefusal, "reasons"> {
  const { principal } = payloadOf(received);
  const ids = proposal.actions.map(({ id }) => id);
  return { scope: scopeOf(received, ids), principal, config, proposal, startedAt: epochMsOf(received.timestamp) };
}

/** A run that was canceled before it was admitted waited for its locks at most. */
function abortedSignal(events: readonly CarEvent[]): AbortSignal | undefined {
  if (events.some(({ kind }) => kind === "proposal_admitted")) return undefined;
  const canceled = events.find((event) => event.kind === "proposal_canceled");
  if (canceled === undefined) return undefined;
  const controller = new AbortController();
  controller.abort(new Error(payloadOf(canceled).reason.message));
  return controller.signal;
}
