import { durableStore, readDurableLog } from "@car/engine/node";
import { verifyLog } from "@car/eventlog/node";
import { checkChildren } from "./check-children.js";
import { checkLedger } from "./check-ledger.js";
import { stateProblems } from "./check-state.js";
import { checkUndo } from "./check-undo.js";
import { type Evidence, readEvidence, type RunEvidence } from "./evidence.js";
import type { Ledger } from "./ledger.js";
import type { Confirmation } from "./messages.js";

/** What one store went through, added up. */
export interface Verdict {
  confirmed: number;
  confirmed_lost: number;
  /** Done twice: calls, compensations, and parts of a call that proposed runs. */
  repeated: number;
  in_doubt: number;
  chain_broken: number;
  /** Events and runs of the log. */
  events: number;
  runs: number;
  /** Runs that calls have proposed. */
  children: number;
  /** Runs that were committed, and undone with the run that they were part of. */
  children_undone: number;
  suspended: number;
  /** Answers to requests for approval that recovery found, and those that `resume` found. */
  answered_in_recovery: number;
  answered_in_resume: number;
  /** Compensations that were made, and those that were reported as failed. */
  compensated: number;
  compensations_failed: number;
  /** Compensations that a kill had interrupted. */
  compensations_interrupted: number;
  /** Differences between the store, the replayed log and what the runs should have left. */
  state_differs: number;
  /** Calls that needed an approval and had none. */
  unapproved: number;
  /** Runs that were open when their caller had ended. */
  outlived: number;
  /** Calls without a record, effects that no result tells of, receipts that did not count. */
  other: number;
  readonly problems: string[];
}

/** What is known about a store from outside. */
export interface Trial {
  readonly dir: string;
  readonly ledger: Ledger;
  readonly confirmations: readonly Confirmation[];
}

/** Opens a store that was closed in order, after all its crashes, and compares everything with everything. */
export async function checkStore({ dir, ledger, confirmations }: Trial): Promise<Verdict> {
  const evidence = await readEvidence(readDurableLog(dir));
  const chain = await verifyLog(`${dir}/log`);
  const verdict: Verdict = {
    ...countsOf(evidence),
    confirmed: confirmations.length,
    confirmed_lost: 0,
    repeated: 0,
    chain_broken: chain.valid ? 0 : 1,
    state_differs: 0,
    unapproved: 0,
    outlived: 0,
    other: 0,
    problems: chain.valid ? [] : [`chain: ${JSON.stringify(chain)}`],
  };
  const state = await differencesOf(dir, evidence);
  verdict.state_differs = state.length;
  verdict.problems.push(...state.map((what) => `state: ${what}`));
  checkConfirmed(confirmations, { evidence, verdict, dropped: chain.events === 0 ? 0 : await firstSeq(dir) });
  const checks = [checkLedger, checkUndo, checkChildren];
  for (const { kind, what } of checks.flatMap((check) => check(ledger, evidence))) {
    verdict[kind === "repeated" || kind === "unapproved" || kind === "outlived" ? kind : "other"]++;
    verdict.problems.push(`${kind}: ${what}`);
  }
  return verdict;
}

type Counts = "events" | "runs" | "suspended" | "answered_in_recovery" | "answered_in_resume";

function countsOf({ runs, events, suspended, answered }: Evidence): Pick<Verdict, Counts> & RunCounts {
  const ofRuns = runCounts(runs.values());
  const { crash: answered_in_recovery, approval: answered_in_resume } = answered;
  return { events, runs: runs.size, suspended: suspended.size, answered_in_recovery, answered_in_resume, ...ofRuns };
}

type RunCounts = ReturnType<typeof runCounts>;

function runCounts(runs: Iterable<RunEvidence>) {
  const counts = { in_doubt: 0, children: 0, children_undone: 0 };
  const undo = { compensated: 0, compensations_failed: 0, compensations_interrupted: 0 };
  for (const { caller, status, actions } of runs) {
    if (caller !== undefined) counts.children++;
    const all = [...actions.values()];
    if (status === "committed" && all.some(({ compensations }) => compensations.length > 0)) counts.children_undone++;
    for (const { inDoubt, compensations, isInterrupted } of all) {
      if (inDoubt) counts.in_doubt++;
      if (compensations.includes("succeeded")) undo.compensated++;
      if (compensations.includes("failed")) undo.compensations_failed++;
      if (isInterrupted) undo.compensations_interrupted++;
    }
  }
  return { ...counts, ...undo };
}

async function firstSeq(dir: string): Promise<number> {
  for await (const { seq } of readDurableLog(dir)) return seq;
  return 0;
}

interface ConfirmedCheck {
  readonly evidence: Evidence;
  readonly verdict: Verdict;
  /** Sequence of the first event that was not dropped. */
  readonly dropped: number;
}

/** Events that the log may have taken between the end of a run and its confirmation. */
const BETWEEN = 400;

function checkConfirmed(confirmations: readonly Confirmation[], { evidence, verdict, dropped }: ConfirmedCheck): void {
  const { ends, suspended } = evidence;
  for (const { run, status, seq } of confirmations) {
    const isKnown = status === "suspended" ? suspended.has(run) : ends.get(run) === status;
    // A run that was dropped with its segment is in the snapshot; that one is compared as state.
    const isDropped = !ends.has(run) || status === "suspended";
    if (isKnown || (isDropped && dropped > 1 && seq < dropped + BETWEEN)) continue;
    verdict.confirmed_lost++;
    verdict.problems.push(`lost: run ${run} was confirmed as ${status}, the log has ${ends.get(run) ?? "nothing"}`);
  }
}

async function differencesOf(dir: string, evidence: Evidence): Promise<readonly string[]> {
  const store = await durableStore({ dir });
  try {
    return await stateProblems(store, { evidence, events: () => readDurableLog(dir) });
  } finally {
    await store.close();
  }
}
