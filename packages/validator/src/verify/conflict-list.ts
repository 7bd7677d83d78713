import type { Action } from "@car/ir";
import type { KeyConflict } from "@car/ir/internal";
import type { ReportedConflict } from "./verify-report.js";

/** Actions may conflict in far more places than anybody reads; a proposal made to exhaust memory would. */
const MAX_CONFLICTS = 10_000;

/** Gathers conflicts while a graph is built: each once, and the first 10,000 only. */
export function conflictList(actions: readonly Action[]): {
  readonly conflicts: readonly ReportedConflict[];
  readonly onConflict: (conflict: KeyConflict) => void;
} {
  const conflicts: ReportedConflict[] = [];
  const seen = new Set<string>();
  const onConflict = ({ key, kind, first, second }: KeyConflict): void => {
    if (conflicts.length >= MAX_CONFLICTS) return;
    const name = `${kind} ${first} ${second} ${key}`;
    if (seen.has(name)) return;
    seen.add(name);
    conflicts.push({ key, kind, first: actions[first]!.id, second: actions[second]!.id });
  };
  return { conflicts, onConflict };
}
