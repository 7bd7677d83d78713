import { hotValue, START_BALANCE } from "./hot-keys.js";
import type { StressOutcome } from "./run-stress.js";
import type { StressOptions } from "./stress-options.js";

/** Everything that must not have happened and did, in words; empty when the stress was stood. */
export function judgeStress(outcome: StressOutcome, options: StressOptions): readonly string[] {
  return [
    ...judgeEnds(outcome),
    ...judgeWaits(outcome, options),
    ...judgeState(outcome),
    ...outcome.serializability.problems.map(({ message }) => `not serializable: ${message}`),
  ];
}

function judgeEnds({ hanging, openInLogs, surprises, ended }: StressOutcome): readonly string[] {
  const problems = surprises.map((surprise) => `unexpected end: ${surprise}`);
  if (hanging > 0) problems.push(`deadlock: ${hanging} proposals were never answered`);
  if (openInLogs.length > 0)
    problems.push(`lost: ${openInLogs.length} runs never end in the logs, such as ${openInLogs[0] ?? ""}`);
  if (ended.committed === 0) problems.push("nothing was committed");
  return problems;
}

function judgeWaits({ waits }: StressOutcome, { maxWaitMs }: StressOptions): readonly string[] {
  if (waits.max <= maxWaitMs) return [];
  return [`starvation: a run waited ${waits.max.toFixed(0)} ms for its locks, ${maxWaitMs} ms are allowed`];
}

function judgeState({ store, keys, counted, serializability, hanging }: StressOutcome): readonly string[] {
  const problems: string[] = [];
  const view = store.view();
  const amountAt = (key: string): number => hotValue(view.get(key)).amount;
  const sum = keys.accounts.reduce((total, key) => total + amountAt(key), 0);
  const expected = keys.accounts.length * START_BALANCE;
  if (sum !== expected) problems.push(`invariant broken: the accounts hold ${sum} together, not ${expected}`);
  for (const key of keys.counters) {
    const confirmed = counted.get(key) ?? 0;
    if (amountAt(key) !== confirmed) problems.push(`lost: \`${key}\` is ${amountAt(key)}, confirmed were ${confirmed}`);
  }
  for (const [key, version] of serializability.latest) {
    const { by } = hotValue(view.get(key));
    if (by !== version) problems.push(`lost: \`${key}\` holds what ${by} wrote, the logs end with ${version}`);
  }
  view.release?.();
  if (hanging === 0 && "lease" in store.acquire({ owner: {}, reads: [], writes: ["*"] })) {
    problems.push("a lock is still held after every run has ended");
  }
  return problems;
}
