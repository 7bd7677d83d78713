import type { ActionEvidence, Evidence, RunEvidence } from "./evidence.js";
import type { Ledger, LedgerEntry } from "./ledger.js";

/** Tools that must not act twice for one action, whatever happens. */
const ONCE = new Set(["charge", "pay", "flaky", "book", "unbook"]);
const UNDOES = new Map([
  ["unbook", "book"],
  ["unrent", "rent"],
]);

/** One thing that must not be, in words. */
export interface Objection {
  readonly kind: "repeated" | "unrecorded" | "silent" | "receipt";
  readonly what: string;
}

/** Compares what the outside world saw with what the log says. */
export function checkLedger({ entries }: Ledger, evidence: Evidence): readonly Objection[] {
  const objections: Objection[] = [];
  for (const entry of entries.values()) {
    const run = evidence.runs.get(entry.call.run);
    const action = run?.actions.get(entry.call.action);
    objections.push(...repetitions(entry, action));
    if (run === undefined || action === undefined) continue;
    objections.push(...unrecorded(entry, action));
    objections.push(...leftovers(entry, { run, action, entries }));
  }
  return [...objections, ...receiptObjections(entries, evidence)];
}

function repetitions({ acted, call }: LedgerEntry, action: ActionEvidence | undefined): readonly Objection[] {
  const found: Objection[] = [];
  const name = `${call.tool} of ${call.run}/${call.action}`;
  if (ONCE.has(call.tool) && acted > 1) found.push({ kind: "repeated", what: `${name} acted ${acted} times` });
  if (!UNDOES.has(call.tool) && (action?.repeated ?? 0) > 0) {
    found.push({ kind: "repeated", what: `${name} was called again after it had ended` });
  }
  return found;
}

/** Write-ahead: nothing that leaves something outside is called before the log says so. */
function unrecorded({ calls, call }: LedgerEntry, action: ActionEvidence): readonly Objection[] {
  if (call.tool === "note") return [];
  const recorded = UNDOES.has(call.tool) ? action.compensationsBegun * 8 : action.attempts;
  if (calls <= recorded) return [];
  return [
    { kind: "unrecorded", what: `${call.tool} of ${call.run}/${call.action}: ${calls} calls, ${recorded} known` },
  ];
}

interface Found {
  readonly run: RunEvidence;
  readonly action: ActionEvidence;
  readonly entries: Ledger["entries"];
}

/** What was done outside is in the result: as done, as undone, or as something that may remain. */
function leftovers({ acted, call }: LedgerEntry, { run, action, entries }: Found): readonly Objection[] {
  if (acted === 0 || call.tool === "note") return [];
  const name = `${call.tool} of ${call.run}/${call.action}`;
  const found: Objection[] = [];
  const undo = [...UNDOES].find(([, of]) => of === call.tool)?.[0];
  const isUndone = undo !== undefined && undoneBy(entries, call, undo);
  if (run.status === "committed") {
    if (isUndone || UNDOES.has(call.tool))
      found.push({ kind: "silent", what: `${name} was undone in a committed run` });
    if (!action.succeeded && !action.inDoubt && !action.ended)
      found.push({ kind: "silent", what: `${name} has no end` });
  } else if (!UNDOES.has(call.tool) && !isUndone && !run.effectsRemain) {
    found.push({ kind: "silent", what: `${name} remains, and the ${run.status} run does not say so` });
  }
  return found;
}

function undoneBy(entries: Ledger["entries"], { run, action }: LedgerEntry["call"], tool: string): boolean {
  for (const { call, acted } of entriesOf(entries, run)) {
    if (call.action === action && call.tool === tool && acted > 0) return true;
  }
  return false;
}

const byRun = new WeakMap<Ledger["entries"], Map<string, LedgerEntry[]>>();

function entriesOf(entries: Ledger["entries"], run: string): readonly LedgerEntry[] {
  let index = byRun.get(entries);
  if (index === undefined) {
    index = new Map();
    for (const entry of entries.values()) index.set(entry.call.run, [...(index.get(entry.call.run) ?? []), entry]);
    byRun.set(entries, index);
  }
  return index.get(run) ?? [];
}

/** A payment that succeeded is not made again under another key: its receipt answers, also after a restart. */
function receiptObjections(entries: Ledger["entries"], { runs }: Evidence): readonly Objection[] {
  const paid = new Map<unknown, number>();
  for (const { call, acted } of entries.values()) {
    const action = runs.get(call.run)?.actions.get(call.action);
    if (call.tool !== "pay" || acted === 0 || action?.succeeded !== true || action.deduplicated) continue;
    paid.set(call.parameters["order"], (paid.get(call.parameters["order"]) ?? 0) + 1);
  }
  return [...paid]
    .filter(([, times]) => times > 1)
    .map(([order, times]) => ({ kind: "receipt" as const, what: `order ${String(order)} was paid ${times} times` }));
}
