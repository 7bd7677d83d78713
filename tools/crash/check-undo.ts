import { callsOf } from "./check-ledger.js";
import { type ActionEvidence, type Evidence, type RunEvidence, undoneIn } from "./evidence.js";
import type { Ledger, LedgerEntry } from "./ledger.js";
import type { Objection } from "./objection.js";
import { UNDOES } from "./tools.js";

/** A compensation that is due is made once, or is reported: begun and ended once in the log, and as the world has seen it. */
export function checkUndo({ entries }: Ledger, evidence: Evidence): readonly Objection[] {
  const found: Objection[] = forgotten(evidence).map((what) => ({ kind: "silent", what }));
  for (const run of evidence.runs.values()) {
    for (const [id, action] of run.actions) {
      const undoing = callsOf(entries, run.id, id).filter(({ call }) => UNDOES.has(call.tool));
      const name = `the compensation of ${run.id}/${id}`;
      for (const what of journalProblems(action, run)) found.push({ kind: "repeated", what: `${name} ${what}` });
      for (const what of silences(action, { run, undoing, evidence }))
        found.push({ kind: "silent", what: `${name} ${what}` });
    }
  }
  return found;
}

/** Calls that succeeded, can be undone, and are part of what was undone, without a word of their compensation. */
function forgotten(evidence: Evidence): readonly string[] {
  const found: string[] = [];
  for (const run of evidence.runs.values()) {
    if (undoneIn(run, evidence).length === 0) continue;
    for (const action of run.proposed) {
      if (action.type !== "tool_call" || !UNDOABLE.has(action.tool)) continue;
      const known = run.actions.get(action.id);
      if (known?.succeeded === true && known.compensations.length === 0) {
        found.push(`${action.tool} of ${run.id}/${action.id} was to be undone, and nobody has tried`);
      }
    }
  }
  return found;
}

const UNDOABLE: ReadonlySet<string> = new Set(UNDOES.values());

function* journalProblems({ compensationsBegun, compensations }: ActionEvidence, run: RunEvidence): Iterable<string> {
  if (compensationsBegun > 1) yield `began ${compensationsBegun} times`;
  if (compensations.length > 1) yield `ended as ${compensations.join(" and ")}`;
  if (compensationsBegun > 0 && compensations.length === 0 && run.status !== undefined) yield "has no end";
}

interface Seen {
  readonly run: RunEvidence;
  /** What the world saw of the compensation. */
  readonly undoing: readonly LedgerEntry[];
  readonly evidence: Evidence;
}

function* silences({ compensations: [end] }: ActionEvidence, { run, undoing, evidence }: Seen): Iterable<string> {
  const hasActed = undoing.some(({ acted }) => acted > 0);
  if (end === "succeeded" && !hasActed) yield "did nothing, and counts as made";
  if (hasActed && end === undefined && run.status !== undefined) yield "was made, and the log does not say so";
  if (end !== "failed") return;
  for (const { id, effectsRemain } of undoneIn(run, evidence)) {
    if (!effectsRemain) yield `failed, and run ${id} does not say so`;
  }
}
