import { type ActionEvidence, type Evidence, type RunEvidence, undoneIn } from "./evidence.js";
import type { Ledger, LedgerEntry } from "./ledger.js";
import type { Objection } from "./objection.js";
import { UNDOES } from "./tools.js";

/** Tools that must not act twice for one action, whatever happens. */
export const ONCE: ReadonlySet<string> = new Set([
  ...["charge", "pay", "flaky", "wire", "book", "hire", "ship", "send"],
  ...["unbook", "unship", "fire"],
]);

/** Compares what the outside world saw with what the log says. */
export function checkLedger({ entries, unapproved }: Ledger, evidence: Evidence): readonly Objection[] {
  const objections: Objection[] = unapproved.map((call) => ({ kind: "unapproved", what: nameOf({ call }) }));
  for (const entry of entries.values()) {
    if (ONCE.has(entry.call.tool) && entry.acted > 1) {
      objections.push({ kind: "repeated", what: `${nameOf(entry)} acted ${entry.acted} times` });
    }
    const run = evidence.runs.get(entry.call.run);
    const action = run?.actions.get(entry.call.action);
    if (run === undefined || action === undefined) continue;
    objections.push(...unrecorded(entry, action));
    if (!UNDOES.has(entry.call.tool)) objections.push(...leftovers(entry, { run, action, evidence, entries }));
  }
  return [...objections, ...repeatedActions(evidence), ...receiptObjections(entries, evidence)];
}

function nameOf({ call: { tool, run, action } }: Pick<LedgerEntry, "call">): string {
  return `${tool} of ${run}/${action}`;
}

function repeatedActions({ runs }: Evidence): readonly Objection[] {
  const found: Objection[] = [];
  for (const { id, actions } of runs.values()) {
    for (const [name, { repeated }] of actions) {
      if (repeated > 0) found.push({ kind: "repeated", what: `${id}/${name} was called again after it had ended` });
    }
  }
  return found;
}

/** Write-ahead: nothing that leaves something outside is called before the log says so. */
function unrecorded(entry: LedgerEntry, action: ActionEvidence): readonly Objection[] {
  const { calls, call } = entry;
  if (call.tool === "note") return [];
  const recorded = UNDOES.has(call.tool) ? action.compensationsBegun * 8 : action.attempts;
  if (calls <= recorded) return [];
  return [{ kind: "unrecorded", what: `${nameOf(entry)}: ${calls} calls, ${recorded} known` }];
}

interface Found {
  readonly run: RunEvidence;
  readonly action: ActionEvidence;
  readonly evidence: Evidence;
  readonly entries: Ledger["entries"];
}

/**
 * What was done outside is in the result: as done, as undone, or as something that may remain; and in that of each run
 * that the run was part of.
 */
function leftovers(entry: LedgerEntry, { run, action, evidence, entries }: Found): readonly Objection[] {
  const { acted, call } = entry;
  if (acted === 0 || call.tool === "note") return [];
  const isUndone = wasUndone(entries, entry);
  const undone = undoneIn(run, evidence);
  const found: Objection[] = [];
  if (isUndone) {
    const isWhole = run.caller === undefined || evidence.runs.has(run.caller.run);
    if (undone.length === 0 && isWhole)
      found.push({ kind: "silent", what: `${nameOf(entry)} was undone for no reason` });
    return found;
  }
  for (const { id, status, effectsRemain } of undone) {
    if (effectsRemain) continue;
    found.push({ kind: "silent", what: `${nameOf(entry)} remains, and the ${status} run ${id} does not say so` });
  }
  if (run.status === "committed" && !action.succeeded && !action.inDoubt && !action.ended) {
    found.push({ kind: "silent", what: `${nameOf(entry)} has no end` });
  }
  return found;
}

/** Whether something has acted that undoes the call. */
export function wasUndone(entries: Ledger["entries"], { call: { run, action, tool } }: LedgerEntry): boolean {
  return callsOf(entries, run, action).some(({ call, acted }) => UNDOES.get(call.tool) === tool && acted > 0);
}

const byAction = new WeakMap<Ledger["entries"], Map<string, LedgerEntry[]>>();

/** What the world knows of one action: its calls, and those that undo it. */
export function callsOf(entries: Ledger["entries"], run: string, action: string): readonly LedgerEntry[] {
  let index = byAction.get(entries);
  if (index === undefined) byAction.set(entries, (index = indexOf(entries)));
  return index.get(`${run}/${action}`) ?? [];
}

function indexOf(entries: Ledger["entries"]): Map<string, LedgerEntry[]> {
  const index = new Map<string, LedgerEntry[]>();
  for (const entry of entries.values()) {
    const name = `${entry.call.run}/${entry.call.action}`;
    const known = index.get(name);
    if (known === undefined) index.set(name, [entry]);
    else known.push(entry);
  }
  return index;
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
