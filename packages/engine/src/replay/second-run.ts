import {
  type ActionProposal,
  type CarEvent,
  type LoggedConfig,
  parseProposal,
  payloadOf,
  type ProposalReceivedData,
} from "@car/ir";
import { epochMsOf, labelSet } from "@car/ir/internal";
import type { PolicyEngine, RunScope } from "@car/ir/ports";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import type { Attempt } from "../dispatch/attempt.js";
import { buildPlan, type Plan } from "../plan/plan.js";
import { begin } from "../run/begin.js";
import { adopt } from "../run/children.js";
import type { Host, RunRequest } from "../run/host.js";
import { type EarlyRefusal, refuseEarly } from "../run/refuse.js";
import { NOBODY, Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import type { SessionState } from "../session/session-state.js";
import { abortedFor, canceledBy } from "./cancelation.js";
import { drive } from "./drive.js";
import type { FollowedRun } from "./followed-run.js";
import type { ReplayParts } from "./replay-parts.js";
import { Script, type ScriptOptions } from "./script.js";
import { scriptedMeter } from "./scripted-budget.js";
import { PendingCalls } from "./scripted-calls.js";
import { scriptedClock, ScriptedTimers } from "./scripted-timers.js";
import { scriptedPlan, scriptedUndoTools } from "./scripted-tools.js";
import { secondHost } from "./second-host.js";
import { Waits } from "./waits.js";

/** What a second execution begins with, besides the recording. */
export interface SecondRunInit extends ScriptOptions {
  /** What judged the run, as it was logged and as it is. */
  readonly logged: LoggedConfig;
  readonly config: Omit<ConfigSnapshot, "policy" | "version">;
  /** Who decides in it. `undefined`: nobody does. */
  readonly policyOf: (parts: ReplayParts) => PolicyEngine | undefined;
  readonly session: SessionState | undefined;
  /** The call of another second execution that began it. */
  readonly parent: Attempt | undefined;
}

/** The second execution of a recorded run. Nothing is called, and no time passes. */
export class SecondRun {
  readonly script: Script;
  readonly parts: ReplayParts;
  /** The run, once it has begun as one. */
  run: Run | undefined = undefined;
  private readonly followed: FollowedRun;
  private readonly init: SecondRunInit;
  private readonly received: ProposalReceivedData;
  private readonly pending = new PendingCalls();
  private start: (() => void) | undefined = undefined;
  private resumptions = 0;

  /** @throws `PayloadErasedError` when a payload is gone, and what a host's own policy throws. */
  constructor(followed: FollowedRun, init: SecondRunInit) {
    this.followed = followed;
    this.init = init;
    this.received = payloadOf(followed.received);
    const script = new Script(followed.executed, init);
    const slots = new Map<string, Slot>();
    this.script = script;
    this.parts = {
      script,
      waits: new Waits(),
      timers: new ScriptedTimers(scriptedClock(script)),
      logged: init.logged,
      hasPolicy: typeof this.received.policy_version === "string",
      sharesBudget: this.received.parent_run_id !== undefined || followed.hasChildren,
      view: () => followed.views[this.resumptions] ?? followed.views.at(-1)!,
      decided: { id: "" },
      asked: new Set(),
      undoing: new Map(),
      reserves: new Map(),
      slots: () => slots.values(),
      slotOf: (id) => slots.get(id),
    };
    this.prepare(secondHost(this.parts, this.pending), slots);
  }

  /** Lets everything happen that was recorded up to this event. */
  async drive(through: number): Promise<void> {
    this.script.horizon = through;
    // It begins with its locks; until then it only has the past that it has.
    if (through <= this.followed.received.seq) return;
    const { start } = this;
    this.start = undefined;
    start?.();
    const { run, parts, pending } = this;
    await drive({ run, parts, pending, onResume: () => this.resumptions++ });
  }

  /** Nothing more is recorded. */
  finish(): void {
    if (!this.init.isPart && this.script.divergence === undefined) this.script.missing();
  }

  private prepare(host: Host, slots: Map<string, Slot>): void {
    const config = this.configOf();
    const proposal = parseProposal(this.received.proposal, { limits: config.limits });
    const planned = buildPlan(proposal, config);
    // Without this, whoever verified it had refused it before it became a run.
    const isRun = this.received.policy_version !== undefined;
    if ("problems" in planned || !isRun) {
      const reasons = "problems" in planned ? planned.problems : recordedReasons(this.script);
      this.start = () => void refuseEarly(host, { ...this.refusalOf(proposal, config), reasons });
      return;
    }
    const run = this.makeRun(host, scriptedPlan(planned, this.parts), config);
    for (const slot of run.board.slots) slots.set(slot.action.id, slot);
    this.run = run;
    this.start = () => begin(run);
  }

  private configOf(): ConfigSnapshot {
    const { config, policyOf } = this.init;
    const { parts } = this;
    const tools = scriptedUndoTools(config.tools, parts);
    return { ...config, tools, version: this.received.config_version, policy: policyOf(parts) };
  }

  private makeRun(host: Host, plan: Plan, config: ConfigSnapshot): Run {
    const { received } = this.followed;
    const { parent, compared } = this.init;
    const budget = scriptedMeter(config.budget, this.parts);
    const run = new Run(host, this.requestOf(host), {
      plan,
      config,
      scope: this.scopeOf(plan.actions),
      budget,
      startedAt: epochMsOf(received.timestamp),
      answer: NOBODY,
      // What the call had read by then is in no log.
      contextLabels: compared.flow && parent !== undefined ? labelSet(this.received.context_labels ?? []) : undefined,
    });
    // Whether all that is left fits is told by the recording too, action by action.
    run.ownExtras.isRestChecked = budget?.isRecorded === true;
    if (parent !== undefined) adopt(parent, run);
    return run;
  }

  private requestOf({ executor }: Host): RunRequest {
    const { principal, replaces } = this.received;
    const { session, parent } = this.init;
    return { principal, replaces, session, parent, executor, signal: abortedSignal(this.script.events) };
  }

  private scopeOf(actions: Plan["actions"]): RunScope {
    const { run_id = "", proposal_id = "", trace_id, span_id } = this.followed.received;
    const { principal } = this.received;
    const action_ids = actions.map(({ id }) => id);
    return { run_id, proposal_id, principal, trace_id, span_prefix: span_id.slice(0, 8), action_ids };
  }

  private refusalOf(proposal: ActionProposal, config: ConfigSnapshot): Omit<EarlyRefusal, "reasons"> {
    const { principal, replaces } = this.received;
    const scope = this.scopeOf(proposal.actions);
    return { scope, principal, config, proposal, startedAt: epochMsOf(this.followed.received.timestamp), replaces };
  }
}

function recordedReasons({ events }: Script): EarlyRefusal["reasons"] {
  const refusal = events.find((event) => event.kind === "proposal_rejected");
  return refusal === undefined ? [] : payloadOf(refusal).reasons;
}

/** A run that was canceled before it was admitted waited for its locks at most. */
function abortedSignal(events: readonly CarEvent[]): AbortSignal | undefined {
  if (events.some(({ kind }) => kind === "proposal_admitted")) return undefined;
  const cause = events.map(canceledBy).find((reason) => reason !== undefined);
  return cause && abortedFor(cause.message);
}
