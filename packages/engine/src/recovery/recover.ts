import {
  type ActionProposal,
  CarError,
  type CarEvent,
  epochMsOf,
  type EventOf,
  parseProposal,
  payloadOf,
  type ProposalResult,
} from "@car/ir";
import type { EventLog } from "@car/ir/ports";
import { buildPlan, type Plan, type PlanResult } from "../plan/plan.js";
import { begin } from "../run/begin.js";
import type { Host } from "../run/host.js";
import { type Answer, Run, type RunMade } from "../run/run.js";
import { messageOf } from "../run/thrown.js";
import { abandonRun } from "./abandon-run.js";
import { claimReceipts } from "./claim-receipts.js";
import { adoptRestored, restore } from "./go-on.js";
import type { OnInDoubt } from "./in-doubt.js";
import { type RecordedRun, readRun } from "./recorded-run.js";
import { recordedScope } from "./recorded-scope.js";
import { type Doubt, Recovery } from "./recovery.js";

/** What is to become of runs that an earlier process did not finish. */
export interface RecoverOptions {
  /** `resume` (default) goes on with what had not been done; `rollback` undoes what had. */
  readonly unfinished?: "resume" | "rollback";
  /** Asked about each call whose outcome nobody recorded and that may not simply be made again. Default: `failed`. */
  readonly onInDoubt?: OnInDoubt;
}

/** One run that was taken up. */
export interface RecoveredRun {
  readonly run_id: string;
  readonly proposal_id: string;
  /** `rolled_back` also for runs that could not be resumed: children of a call, and proposals that no longer plan. */
  readonly handled: "resumed" | "rolled_back";
  /** Calls that may have acted when the process ended, and what was made of each. */
  readonly in_doubt: readonly Doubt[];
  readonly result: ProposalResult;
}

/** What recovery did. */
export interface RecoveryReport {
  readonly runs: readonly RecoveredRun[];
}

/** A run without an end, and those runs of its tools that had committed. */
export interface UnfinishedRun extends RecordedRun {
  readonly children: readonly UnfinishedRun[];
}

/** The runs of a log that have no end, in the order in which they began. Holds the events of open runs and their children only. */
export async function unfinishedRuns(log: EventLog, from: number): Promise<readonly UnfinishedRun[]> {
  const runs = new Following();
  for await (const event of log.read({ from })) runs.take(event);
  return runs.open();
}

interface LoggedEvents {
  readonly first: EventOf<"proposal_received">;
  readonly rest: CarEvent[];
  isOpen: boolean;
}

/** Runs of a log, until they have ended and nobody can undo them any more. */
class Following {
  private readonly events = new Map<string, LoggedEvents>();
  private readonly childrenOf = new Map<string, string[]>();
  /** Runs that were received while the run was open that had started them. */
  private readonly kept = new Set<string>();

  take(event: CarEvent): void {
    const { run_id: id } = event;
    if (id === undefined) return;
    if (event.kind !== "proposal_received") return this.follow(id, event);
    this.events.set(id, { first: event, rest: [], isOpen: true });
    const { parent_run_id: parent } = payloadOf(event);
    if (parent === undefined || !this.events.has(parent)) return;
    this.kept.add(id);
    const siblings = this.childrenOf.get(parent);
    if (siblings === undefined) this.childrenOf.set(parent, [id]);
    else siblings.push(id);
  }

  private follow(id: string, event: CarEvent): void {
    const run = this.events.get(id);
    if (run === undefined) return;
    run.rest.push(event);
    if (event.kind !== "proposal_completed") return;
    run.isOpen = false;
    if (!this.isKept(id, event)) this.forget(id);
  }

  open(): readonly UnfinishedRun[] {
    return [...this.events]
      .filter(([, { isOpen }]) => isOpen)
      .map(([id]) => this.read(id))
      .sort((left, right) => left.seq - right.seq);
  }

  private read(id: string): UnfinishedRun {
    const { first, rest } = this.events.get(id)!;
    const children = (this.childrenOf.get(id) ?? []).filter((child) => this.events.get(child)?.isOpen === false);
    return { ...readRun(first, rest), children: children.map((child) => this.read(child)) };
  }

  /** What had committed as part of an open run is undone with that run. */
  private isKept(id: string, event: EventOf<"proposal_completed">): boolean {
    return this.kept.has(id) && payloadOf(event).status === "committed";
  }

  private forget(id: string): void {
    this.events.delete(id);
    this.kept.delete(id);
    for (const child of this.childrenOf.get(id) ?? []) this.forget(child);
    this.childrenOf.delete(id);
  }
}

/**
 * Takes up every run, and tells how they ended. Their locks are taken before this returns its promise.
 * @throws nothing; what fails is told by the results.
 */
export async function recoverRuns(
  host: Host,
  runs: readonly UnfinishedRun[],
  { unfinished = "resume", onInDoubt = () => "failed" }: RecoverOptions,
): Promise<RecoveryReport> {
  // All of them claim what they called before the first goes on.
  const starts = runs.map((recorded) => {
    // Whoever waited for a child was the call of its parent, and is gone.
    const isChild = recorded.received.parent_run_id !== undefined;
    // Whoever waits for an approval was not interrupted in anything, and goes on waiting.
    const wanted = recorded.suspended === undefined ? unfinished : "resume";
    const recovery = new Recovery(recorded, isChild ? "rollback" : wanted, onInDoubt);
    return { recorded, recovery, start: prepare(host, recovery, recorded) };
  });
  const recovered = starts.map(async ({ recorded, recovery, start }): Promise<RecoveredRun> => {
    const { result, planned } = await start();
    return {
      run_id: recorded.runId,
      proposal_id: recorded.proposalId,
      handled: recovery.unfinished === "resume" && planned ? "resumed" : "rolled_back",
      in_doubt: recovery.doubts,
      result,
    };
  });
  return { runs: await Promise.all(recovered) };
}

type Start = () => Promise<{ readonly result: ProposalResult; readonly planned: boolean }>;

function prepare(host: Host, recovery: Recovery, recorded: UnfinishedRun): Start {
  const planned = planOf(host, recorded);
  if (!("plan" in planned)) {
    return async () => ({ result: await abandonRun(host, recovery, planned.problems), planned: false });
  }
  const launch = prepareLaunch(host, recovery, recorded, planned.plan);
  return async () => ({ result: await launch(), planned: true });
}

function planOf(host: Host, { received }: RecordedRun): PlanResult {
  const config = host.config();
  try {
    const proposal: ActionProposal = parseProposal(received.proposal, { limits: config.limits });
    return buildPlan(proposal, config);
  } catch (error) {
    const message = CarError.isInstance(error)
      ? error.message
      : `the proposal could not be planned: ${messageOf(error)}`;
    return { problems: [{ code: "invalid", message }] };
  }
}

function prepareLaunch(
  host: Host,
  recovery: Recovery,
  recorded: UnfinishedRun,
  plan: Plan,
): () => Promise<ProposalResult> {
  let answer!: Answer;
  const answered = new Promise<ProposalResult>((resolve, reject) => (answer = { resolve, reject }));
  const budget = host.meterFor(recorded.received.principal, host.config());
  const run = restoredRun(host, recovery, { plan, answer, budget });
  run.tick();
  host.open.add(run);
  const unclaim = claimReceipts(run, recorded);
  return () => {
    restoreChildren(run, recorded);
    // The log says where one process ended and the next went on: what follows is not what one process would have done.
    run.record("proposal_resumed", undefined, { after: "crash", unfinished: recovery.unfinished });
    begin(run);
    return answered.finally(unclaim);
  };
}

function restoredRun(host: Host, recovery: Recovery, made: Pick<RunMade, "plan" | "answer" | "budget">): Run {
  const { recorded } = recovery;
  const { principal, context_labels: contextLabels } = recorded.received;
  const config = host.config();
  return new Run(
    host,
    { principal },
    {
      ...made,
      config,
      scope: recordedScope(recorded, made.plan.actionIds),
      // The session is gone with its process; what its model had been shown still counts.
      contextLabels,
      startedAt: epochMsOf(recorded.receivedAt),
      recovery,
    },
  );
}

const NOBODY: Answer = { resolve: () => undefined, reject: () => undefined };

/** What the tools of a run had committed in runs of their own, so that it can be undone with the run. */
function restoreChildren(parent: Run, { children }: UnfinishedRun): void {
  const { host, recovery } = parent;
  for (const child of children) {
    const planned = planOf(host, child);
    if (!("plan" in planned)) {
      host.logger.error({ run_id: child.runId, problems: planned.problems }, "a finished child run cannot be undone");
      continue;
    }
    const made = { plan: planned.plan, answer: NOBODY, budget: parent.budget };
    const run = restoredRun(host, new Recovery(child, "rollback", recovery!.onInDoubt), made);
    run.tick();
    run.board.begin(true);
    restore(run, child);
    restoreChildren(run, child);
    adoptRestored(parent, run, child.received.parent_action_id!);
  }
}
