import {
  type ActionProposal,
  CarError,
  type CarEvent,
  epochMsOf,
  parseProposal,
  type ProposalResult,
  type Reason,
} from "@car/ir";
import type { EventLog } from "@car/ir/ports";
import { buildPlan, type Plan } from "../plan/plan.js";
import { begin } from "../run/begin.js";
import { Run } from "../run/run.js";
import type { RunStarter } from "../run/start-run.js";
import { abandonRun } from "./abandon-run.js";
import { claimReceipts } from "./claim-receipts.js";
import type { OnInDoubt } from "./in-doubt.js";
import { readRun, type RecordedRun } from "./recorded-run.js";
import { recordedScope } from "./recorded-scope.js";
import type { Recovery } from "./recovery.js";

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
  /** Actions that may have acted, and were not made again. */
  readonly in_doubt: readonly string[];
  readonly result: ProposalResult;
}

/** What recovery did. */
export interface RecoveryReport {
  readonly runs: readonly RecoveredRun[];
}

/** The runs of a log that have no end, in the order in which they began. Holds the events of open runs only. */
export async function unfinishedRuns(log: EventLog, from: number): Promise<readonly RecordedRun[]> {
  const open = new Map<string, CarEvent[]>();
  for await (const event of log.read({ from })) {
    if (event.run_id === undefined) continue;
    if (event.kind === "proposal_received") open.set(event.run_id, [event]);
    else if (event.kind === "proposal_completed") open.delete(event.run_id);
    else open.get(event.run_id)?.push(event);
  }
  return [...open.values()].map(readRun).sort((left, right) => left.seq - right.seq);
}

/** What an earlier process left. */
export interface FoundRuns {
  readonly runs: readonly RecordedRun[];
  /** Ids of those that were answered as undone. */
  readonly givenUp: ReadonlySet<string>;
}

/**
 * Takes up every run, and tells how they ended. Their locks are taken before this returns its promise.
 * @throws `RunUndecidedError` (as a rejection) when the log failed; everything else is told by the results.
 */
export async function recoverRuns(
  starter: RunStarter,
  { runs, givenUp }: FoundRuns,
  { unfinished = "resume", onInDoubt = () => "failed" }: RecoverOptions,
): Promise<RecoveryReport> {
  // All of them claim what they called before the first goes on.
  const starts = runs.map((recorded) => {
    // Whoever waited for a child was the call of its parent, and is gone; what was answered as undone stays so.
    const isLost = recorded.received.parent_run_id !== undefined || givenUp.has(recorded.runId);
    // Whoever waits for an approval was not interrupted in anything, and goes on waiting.
    const wanted = recorded.suspended === undefined ? unfinished : "resume";
    const recovery: Recovery = { recorded, unfinished: isLost ? "rollback" : wanted, onInDoubt, inDoubt: [] };
    return { recorded, recovery, start: prepare(starter, recovery) };
  });
  const recovered = starts.map(async ({ recorded, recovery, start }): Promise<RecoveredRun> => {
    const { result, planned } = await start();
    return {
      run_id: recorded.runId,
      proposal_id: recorded.proposalId,
      handled: recovery.unfinished === "resume" && planned ? "resumed" : "rolled_back",
      in_doubt: recovery.inDoubt,
      result,
    };
  });
  return { runs: await Promise.all(recovered) };
}

type Start = () => Promise<{ readonly result: ProposalResult; readonly planned: boolean }>;

function prepare(starter: RunStarter, recovery: Recovery): Start {
  const plan = planOf(starter, recovery.recorded);
  if ("problems" in plan) {
    return async () => ({ result: await abandonRun(starter, recovery, plan.problems), planned: false });
  }
  const launch = prepareLaunch(starter, recovery, plan);
  return async () => ({ result: await launch(), planned: true });
}

function planOf(starter: RunStarter, { received }: RecordedRun): Plan | { readonly problems: readonly Reason[] } {
  const config = starter.config();
  try {
    const proposal: ActionProposal = parseProposal(received.proposal, { limits: config.limits });
    const planned = buildPlan(proposal, config);
    return "plan" in planned ? planned.plan : planned;
  } catch (error) {
    const message = CarError.isInstance(error) ? error.message : `the proposal could not be planned: ${String(error)}`;
    return { problems: [{ code: "invalid", message }] };
  }
}

function prepareLaunch(starter: RunStarter, recovery: Recovery, plan: Plan): () => Promise<ProposalResult> {
  const { recorded } = recovery;
  const { principal } = recorded.received;
  const config = starter.config();
  let resolve!: (result: ProposalResult | Promise<never>) => void;
  const answered = new Promise<ProposalResult>((settle) => (resolve = settle));
  const run = new Run({
    plan,
    config,
    services: starter.services,
    scope: recordedScope(recorded, plan.actionIds),
    principal,
    executor: undefined,
    parent: undefined,
    parentAction: -1,
    // The session is gone with its process; what its model had been shown still counts.
    contextLabels: recorded.received.context_labels,
    budget: starter.meterFor(principal, config),
    startedAt: epochMsOf(recorded.receivedAt),
    recovery,
    onEnd: starter.onEnd,
    onSuspend: starter.onSuspend,
    resolve,
  });
  run.tick();
  starter.open.add(run);
  const unclaim = claimReceipts(run, recorded);
  return () => {
    // The log says where one process ended and the next went on: what follows is not what one process would have done.
    run.record("proposal_resumed", undefined, { after: "crash", unfinished: recovery.unfinished });
    begin(run, undefined);
    return answered.finally(unclaim);
  };
}
