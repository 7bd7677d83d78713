import { isPrefixPattern } from "@car/ir/internal";
import type { StateView } from "@car/ir/ports";
import { stopRun } from "./finish.js";
import type { Run } from "./run.js";

/** Versions of all keys that a run may have looked at: those that it locked. 0 is a key that holds nothing. */
export function versionsOf(run: Run): Map<string, number> {
  const view = run.state.committed;
  const versions = new Map<string, number>();
  const { reads, writes } = run.plan.locks;
  const note = (key: string): void => void versions.set(key, view.entry(key)?.version ?? 0);
  const prefixes = new Set<string>();
  for (const lock of [...reads, ...writes]) {
    if (isPrefixPattern(lock)) prefixes.add(lock.slice(0, -1));
    else note(lock);
  }
  if (prefixes.size > 0) keysUnder(prefixes, view).forEach(note);
  return versions;
}

/** Keys of a run's locks that somebody has changed since; what has been added or removed under a prefix is among them. */
function changedSince(run: Run, versions: ReadonlyMap<string, number>): readonly string[] {
  const now = versionsOf(run);
  const keys = new Set([...versions.keys(), ...now.keys()]);
  return [...keys].filter((key) => (versions.get(key) ?? 0) !== (now.get(key) ?? 0)).sort();
}

/** Looks at every key once for each length that a prefix has: many prefixes cost no more than one. */
function keysUnder(prefixes: ReadonlySet<string>, view: StateView): readonly string[] {
  const lengths = [...new Set([...prefixes].map(({ length }) => length))];
  const isUnder = (key: string): boolean =>
    lengths.some((length) => key.length >= length && prefixes.has(key.slice(0, length)));
  return (view.entryKeys?.() ?? view.keys()).filter(isUnder);
}

/** What it had read is not what is there now: nothing of it may be committed. */
export function stopIfChanged(run: Run, versions: ReadonlyMap<string, number>): void {
  const keys = changedSince(run, versions);
  if (keys.length === 0) return;
  const names = keys.slice(0, MAX_NAMED).map((key) => `\`${key}\``);
  const message = `the state changed while the run waited for an approval: ${names.join(", ")}`;
  stopRun(run, { kind: "abort", cause: { code: "conflict", message, keys } });
}

const MAX_NAMED = 5;
