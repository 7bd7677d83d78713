import { isDeepStrictEqual } from "node:util";
import { durableStore, readDurableLog } from "@car/engine/node";
import { replayState } from "@car/eventlog";
import { verifyLog } from "@car/eventlog/node";
import { checkLedger } from "./check-ledger.js";
import { type Evidence, readEvidence } from "./evidence.js";
import type { Ledger } from "./ledger.js";
import type { Confirmation } from "./messages.js";
import { COUNTERS } from "./tools.js";
import { laneKey } from "./workload.js";

/** What one store went through, added up. */
export interface Verdict {
  confirmed: number;
  confirmed_lost: number;
  repeated: number;
  in_doubt: number;
  chain_broken: number;
  /** Events and runs of the log. */
  events: number;
  runs: number;
  /** Differences between the store, the replayed log and what the runs should have left. */
  state_differs: number;
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
    confirmed: confirmations.length,
    confirmed_lost: 0,
    repeated: 0,
    in_doubt: 0,
    chain_broken: chain.valid ? 0 : 1,
    events: evidence.events,
    runs: evidence.runs.size,
    state_differs: 0,
    other: 0,
    problems: chain.valid ? [] : [`chain: ${JSON.stringify(chain)}`],
  };
  await checkState(dir, evidence, verdict);
  checkConfirmed(confirmations, { evidence, verdict, dropped: chain.events === 0 ? 0 : await firstSeq(dir) });
  for (const { kind, what } of checkLedger(ledger, evidence)) {
    if (kind === "repeated") verdict.repeated++;
    else verdict.other++;
    verdict.problems.push(`${kind}: ${what}`);
  }
  for (const { actions } of evidence.runs.values())
    for (const { inDoubt } of actions.values()) if (inDoubt) verdict.in_doubt++;
  return verdict;
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

function checkConfirmed(confirmations: readonly Confirmation[], { evidence, verdict, dropped }: ConfirmedCheck): void {
  for (const { run, status, seq } of confirmations) {
    const known = evidence.runs.get(run)?.status;
    // A run that was dropped with its segment is in the snapshot; that one is compared as state.
    if (known === status || (known === undefined && dropped > 1 && seq < dropped + 400)) continue;
    verdict.confirmed_lost++;
    verdict.problems.push(`lost: run ${run} was confirmed as ${status}, the log has ${known ?? "nothing"}`);
  }
}

async function checkState(dir: string, evidence: Evidence, verdict: Verdict): Promise<void> {
  const store = await durableStore({ dir });
  const view = store.state.view();
  const keys = view.entryKeys?.() ?? view.keys();
  const object = (text: string): void => {
    verdict.state_differs++;
    verdict.problems.push(`state: ${text}`);
  };
  if (store.opened.unfinishedRuns > 0) object(`${store.opened.unfinishedRuns} runs are still unfinished`);
  if (store.opened.dropped === undefined) {
    const replayed = await replayState(readDurableLog(dir));
    const entries = keys.map((key) => [key, view.entry(key)] as const);
    if (!isDeepStrictEqual(entries, replayed.entries())) object("the store differs from the replayed log");
    if (view.version !== replayed.version) object(`version ${view.version}, replayed ${replayed.version}`);
    for (const [key, value] of expectedState(evidence)) {
      if (view.get(key) !== value) object(`${key} is ${JSON.stringify(view.get(key))}, expected ${value}`);
    }
  }
  view.release?.();
  await store.close();
}

/** What committed runs add up to, worked out from the proposals and the ends alone. */
function expectedState({ runs, committed }: Evidence): ReadonlyMap<string, number> {
  const state = new Map<string, number>();
  for (const id of committed) {
    const { lane, number, calls } = runs.get(id)!;
    state.set(laneKey(lane), number);
    for (let index = 0; index < COUNTERS; index++) {
      const count = calls.get(`bump${index}`) ?? 0;
      if (count > 0) state.set(`count.${index}`, (state.get(`count.${index}`) ?? 0) + count);
    }
  }
  return state;
}
