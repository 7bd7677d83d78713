import { type ActionProposal, type CarEvent, epochMsOf, parseProposal, type ProposalReceivedData } from "@car/ir";
import type { EventLog, PolicyEngine, RunScope, StateView } from "@car/ir/ports";
import { BudgetMeter } from "../budget/budget-meter.js";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import { runtimeLogger } from "../defaults/logger.js";
import { Recorder } from "../evidence/recorder.js";
import { buildPlan, type Plan } from "../plan/plan.js";
import { begin } from "../run/begin.js";
import { refuseEarly } from "../run/refuse-early.js";
import { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import type { Services } from "../run/services.js";
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
  /** From `proposal_received` to `proposal_completed`. */
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
  const received = recorded.events[0]!.data as unknown as ProposalReceivedData;
  const slots = new Map<string, Slot>();
  const parts: ReplayParts = {
    script,
    waits: new Waits(),
    timers: new ScriptedTimers(scriptedClock(script)),
    hasPolicy: typeof received.policy_version === "string",
    asked: new Set(),
    reserves: new Map(),
    slots: () => slots.values(),
    slotOf: (id) => slots.get(id),
  };
  const pending = new PendingCalls();
  const config = configOf(recorded, received, parts);
  const services = servicesOf(recorded, parts, pending);
  const proposal = parseProposal(received.proposal, { limits: config.limits });
  const planned = buildPlan(proposal, config);
  if ("problems" in planned) {
    await refuseEarly(services, { ...refusalOf(recorded, proposal, config), reasons: planned.problems });
  } else {
    let isOver = false;
    const onEnd = (): void => void (isOver = true);
    const run = makeRun(recorded, { plan: scriptedPlan(planned.plan, parts), config, services, parts, onEnd });
    for (const slot of run.slots) slots.set(slot.action.id, slot);
    begin(run, abortedSignal(recorded.events));
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

function servicesOf({ view }: RecordedExecution, parts: ReplayParts, pending: PendingCalls): Services {
  const { script, timers } = parts;
  const logger = runtimeLogger(undefined);
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
    giveUp: undefined,
    executeChild: () => Promise.reject(new TypeError("nothing calls this: no tool runs")),
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

interface RunParts {
  readonly plan: Plan;
  readonly config: ConfigSnapshot;
  readonly services: Services;
  readonly parts: ReplayParts;
  readonly onEnd: () => void;
}

function makeRun({ events }: RecordedExecution, { plan, config, services, parts, onEnd }: RunParts): Run {
  const { principal } = events[0]!.data as unknown as ProposalReceivedData;
  const run = new Run({
    plan,
    config,
    services,
    scope: scopeOf(events, plan.actionIds),
    principal,
    executor: undefined,
    parent: undefined,
    parentAction: -1,
    budget: scriptedMeter(config.budget, parts),
    startedAt: epochMsOf(events[0]!.timestamp),
    onEnd,
    onSuspend: onEnd,
    resolve: () => undefined,
  });
  // Whether all that is left fits is told by the recording too, action by action.
  run.restChecked = run.budget !== undefined && run.budget.constructor !== BudgetMeter;
  return run;
}

function scopeOf(events: readonly CarEvent[], actionIds: readonly string[]): RunScope {
  const { run_id = "", proposal_id = "", trace_id, span_id } = events[0]!;
  return { run_id, proposal_id, trace_id, span_prefix: span_id.slice(0, 8), action_ids: actionIds };
}

function refusalOf(
  { events }: RecordedExecution,
  proposal: ActionProposal,
  config: ConfigSnapshot,
): Omit<Parameters<typeof refuseEarly>[1], "reasons"> {
  const { principal } = events[0]!.data as unknown as ProposalReceivedData;
  const ids = proposal.actions.map(({ id }) => id);
  return { scope: scopeOf(events, ids), principal, config, proposal, startedAt: epochMsOf(events[0]!.timestamp) };
}

/** A run that was canceled before it was admitted waited for its locks at most. */
function abortedSignal(events: readonly CarEvent[]): AbortSignal | undefined {
  if (events.some(({ kind }) => kind === "proposal_admitted")) return undefined;
  const canceled = events.find(({ kind }) => kind === "proposal_canceled");
  if (canceled === undefined) return undefined;
  const { message } = canceled.data["reason"] as { readonly message: string };
  const controller = new AbortController();
  controller.abort(new Error(message));
  return controller.signal;
}
