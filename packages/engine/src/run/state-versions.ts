import type { StateView } from "@car/ir/ports";
import { stopRun } from "./finish.js";
import type { Run } from "./run.js";

/** Versions of all keys that a run may have looked at: those that it locked. 0 is a key that holds nothing. */
export function versionsOf(run: Run): Map<string, number> {
  const view = run.state.committed;
  const versions = new Map<string, number>();
  const { reads, writes } = run.plan.locks;
  for (const lock of [...reads, ...writes]) {
    for (const key of keysOf(lock, view)) versions.set(key, view.entry(key)?.version ?? 0);
  }
  return versions;
}

/** Keys of a run's locks that somebody has changed since; what has been added or removed under a prefix is among them. */
function changedSince(run: Run, versions: ReadonlyMap<string, number>): readonly string[] {
  const now = versionsOf(run);
  const keys = new Set([...versions.keys(), ...now.keys()]);
  return [...keys].filter((key) => (versions.get(key) ?? 0) !== (now.get(key) ?? 0)).sort();
}

function keysOf(lock: string, view: StateView): readonly string[] {
  if (!lock.endsWith("*")) return [lock];
  const prefix = lock.slice(0, -1);
  return (view.entryKeys?.() ?? view.keys()).filter((key) => key.startsWith(prefix));
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
