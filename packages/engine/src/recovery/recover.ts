import { ConfigInvalidError, type ProposalResult } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { Attempt } from "../dispatch/attempt.js";
import type { Plan } from "../plan/plan.js";
import { begin } from "../run/begin.js";
import { adopt } from "../run/children.js";
import type { Host } from "../run/host.js";
import type { Answer, Run } from "../run/run.js";
import { notesOf } from "../run/slot.js";
import { abandonRun } from "./abandon-run.js";
import { claimReceipts } from "./claim-receipts.js";
import type { OnInDoubt } from "./in-doubt.js";
import type { RecordedRun } from "./recorded-run.js";
import { type Doubt, Recovery } from "./recovery.js";
import { callOf, planOf, restoreChildren, restoredRun } from "./restored-run.js";
import type { UnfinishedRun } from "./unfinished-runs.js";

/** What is to become of runs that an earlier process did not finish. */
export interface RecoverOptions {
  /** `resume` (default) goes on with what had not been done; `rollback` undoes what had. */
  readonly unfinished?: "resume" | "rollback";
  /** Asked about each call whose outcome nobody recorded and that may not simply be made again. Default: `failed`. */
  readonly onInDoubt?: OnInDoubt;
}

/** @throws `ConfigInvalidError` for an option, or a way to go on, that does not exist. */
export function checkRecoverOptions(options: RecoverOptions): void {
  assertKnownOptions(options, ["unfinished", "onInDoubt"], "recover");
  const { unfinished } = options;
  if (unfinished === undefined || unfinished === "resume" || unfinished === "rollback") return;
  throw new ConfigInvalidError("`recover`: `unfinished` is `resume` or `rollback`");
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

/** What an earlier process left. */
export interface FoundRuns {
  readonly runs: readonly UnfinishedRun[];
  /** Ids of those that were answered as undone. */
  readonly givenUp: ReadonlySet<string>;
}

/**
 * Takes up every run, and tells how they ended. Their locks are taken, or queued for, before this returns its promise.
 * @throws `RunUndecidedError` (as a rejection) when a run can be taken up only by the next process.
 */
export async function recoverRuns(
  host: Host,
  { runs, givenUp }: FoundRuns,
  { unfinished = "resume", onInDoubt = () => "failed" }: RecoverOptions,
): Promise<RecoveryReport> {
  const taken = new Map<string, Run>();
  // All of them claim what they called before the first goes on; a run comes before those that its calls have started.
  const starts = inOrderOfLocks(runs).map((recorded) => {
    // Whoever waited for a child was the call of its parent, and is gone; what was answered as undone stays so.
    const isLost = recorded.received.parent_run_id !== undefined || givenUp.has(recorded.runId);
    // Whoever waits for an approval was not interrupted in anything, and goes on waiting.
    const wanted = isSuspended(recorded) ? "resume" : unfinished;
    const recovery = new Recovery(recorded, isLost ? "rollback" : wanted, onInDoubt);
    return { recorded, recovery, start: prepare(host, recovery, recorded, taken) };
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

/** Whoever held locks has them again before those who had given theirs back, and who look for changes once they have them. */
function inOrderOfLocks(runs: readonly UnfinishedRun[]): readonly UnfinishedRun[] {
  return [...runs].sort((left, right) => Number(isSuspended(left)) - Number(isSuspended(right)));
}

function isSuspended({ suspended }: RecordedRun): boolean {
  return suspended !== undefined;
}

type Start = () => Promise<{ readonly result: ProposalResult; readonly planned: boolean }>;

function prepare(host: Host, recovery: Recovery, recorded: UnfinishedRun, taken: Map<string, Run>): Start {
  const planned = planOf(host, recorded);
  const parent = callOf(recorded, taken.get(recorded.received.parent_run_id ?? ""));
  if ("problems" in planned) {
    if (parent !== undefined) notesOf(parent.slot).hasLostChildren = true;
    return async () => ({ result: await abandonRun(host, recovery, planned.problems), planned: false });
  }
  const { run, launch } = prepareLaunch(host, recovery, planned, parent);
  taken.set(recorded.runId, run);
  return async () => {
    restoreChildren(run, recorded);
    return { result: await launch(), planned: true };
  };
}

function prepareLaunch(
  host: Host,
  recovery: Recovery,
  plan: Plan,
  parent: Attempt | undefined,
): { readonly run: Run; readonly launch: () => Promise<ProposalResult> } {
  let answer!: Answer;
  const answered = new Promise<ProposalResult>((resolve) => (answer = resolve));
  const run = restoredRun(host, recovery, { plan, answer, parent });
  host.open.add(run);
  if (parent !== undefined) adopt(parent, run);
  const unclaim = claimReceipts(run, recovery.recorded);
  const launch = (): Promise<ProposalResult> => {
    // The log says where one process ended and the next went on: what follows is not what one process would have done.
    run.record("proposal_resumed", undefined, { after: "crash", unfinished: recovery.unfinished });
    begin(run);
    return answered.finally(unclaim);
  };
  return { run, launch };
}
