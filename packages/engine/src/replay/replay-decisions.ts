import { type CarEvent, type EventEnvelope, type EventOf, parseProposal, payloadOf } from "@car/ir";
import { ALLOW, type Decision, type PolicyEngine } from "@car/ir/ports";
import { restoredStateStore } from "../defaults/replay-defaults.js";
import { RunState } from "../run/run-state.js";
import { decisionRequest, type DecidedRun } from "./decision-request.js";
import { CommittedState } from "./committed-state.js";
import { LoggedConfigs } from "./logged-configs.js";
import type { ReplayStart } from "./recorded-runs.js";

/** A decision that another policy would have made differently. */
export interface ChangedDecision {
  /** Sequence of the event at which the recorded run was decided about. */
  readonly seq: number;
  readonly run_id: string;
  readonly proposal_id: string;
  readonly action_id: string;
  readonly recorded: Decision;
  readonly now: Decision;
  /**
   * An earlier decision of the same run changed as well, so the run might not have come here. The answer is for what was
   * recorded, not for what would have happened.
   */
  readonly follows_change: boolean;
}

/** Under what a log is decided about again. */
export interface ReplayDecisionsOptions {
  /** Answers in the order of the log, at the recorded times. Counting rules count from nothing. */
  readonly policy: PolicyEngine;
  /** The state with which to start, for a log whose beginning was dropped. */
  readonly start?: ReplayStart;
}

/** What asking another policy has shown. */
export interface DecisionsReport {
  /** Decisions that were asked for again. */
  readonly decisions: number;
  readonly changed: readonly ChangedDecision[];
}

/**
 * Asks another policy about every decision of a log, with the parameters, the state and the time that there were, and
 * lists those whose effect changes. A run without a policy counts as allowed wherever its actions passed validation.
 * @throws `PayloadErasedError` when a payload that is needed is gone, and what the policy throws (as rejections).
 */
export async function replayDecisions(
  events: AsyncIterable<CarEvent> | Iterable<CarEvent>,
  { policy, start }: ReplayDecisionsOptions,
): Promise<DecisionsReport> {
  const replay = new DecisionReplay(policy, start);
  for await (const event of events) await replay.take(event);
  return { decisions: replay.decisions, changed: replay.changed };
}

class DecisionReplay {
  decisions = 0;
  readonly changed: ChangedDecision[] = [];
  private readonly policy: PolicyEngine;
  private readonly configs = new LoggedConfigs();
  private readonly committed: CommittedState;
  private readonly through: number;
  private readonly runs = new Map<string, DecidedRun>();

  constructor(policy: PolicyEngine, start: ReplayStart | undefined) {
    this.policy = policy;
    this.through = start?.through ?? 0;
    this.committed = new CommittedState(restoredStateStore, start);
  }

  async take(event: CarEvent): Promise<void> {
    const { run_id: id } = event;
    if (id === undefined) {
      this.configs.take(event);
      if (event.seq > this.through) this.committed.take(event);
      return;
    }
    if (event.kind === "proposal_received") return this.receive(id, event);
    const run = this.runs.get(id);
    if (run === undefined) return;
    switch (event.kind) {
      case "proposal_admitted":
        run.state ??= this.stateNow();
        return;
      case "action_succeeded":
        return void run.outputs.set(event.action_id!, payloadOf(event).output);
      case "state_changed":
        return change(run, event);
      case "policy_decided":
        return this.decide(run, event, payloadOf(event));
      case "action_validated":
        return run.hadPolicy ? undefined : this.decide(run, event, ALLOW);
      case "proposal_completed":
        return this.complete(id, run, event);
      default:
    }
  }

  private receive(id: string, event: EventOf<"proposal_received">): void {
    const { proposal, principal, policy_version, proposal_hash } = payloadOf(event);
    // Input that was no proposal was never decided about.
    if (proposal_hash === "") return;
    const tools = this.configs.of(id)?.tools ?? [];
    this.runs.set(id, {
      proposal: parseProposal(proposal),
      principal,
      hadPolicy: typeof policy_version === "string",
      tools: new Map(tools.map((schema) => [schema.name, schema])),
      outputs: new Map(),
      asked: new Set(),
      changes: [],
      state: undefined,
      hasChanged: false,
    });
  }

  private stateNow(): RunState {
    const view = this.committed.view();
    return new RunState({ view: () => view });
  }

  private async decide(run: DecidedRun, event: EventEnvelope, recorded: Decision): Promise<void> {
    const request = decisionRequest(run, event);
    run.asked.add(event.action_id!);
    this.decisions++;
    const now = await this.policy.check(request, (run.state ??= this.stateNow()));
    if (now.effect === recorded.effect) return;
    const { seq, run_id = "", proposal_id = "", action_id = "" } = event;
    this.changed.push({ seq, run_id, proposal_id, action_id, recorded, now, follows_change: run.hasChanged });
    run.hasChanged = true;
  }

  private complete(id: string, run: DecidedRun, event: EventOf<"proposal_completed">): void {
    this.runs.delete(id);
    run.state?.release();
    if (payloadOf(event).status === "committed" && event.seq > this.through) this.committed.commit(run.changes);
  }
}

function change(run: DecidedRun, event: EventOf<"state_changed">): void {
  run.changes.push(event);
  for (const { key, value, origin } of payloadOf(event).changes) run.state?.write(key, { value, origin });
}
