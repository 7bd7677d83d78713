import { callsOf, ONCE, wasUndone } from "./check-ledger.js";
import type { Evidence, RunEvidence } from "./evidence.js";
import type { Ledger } from "./ledger.js";
import type { Objection } from "./objection.js";
import { UNDOES } from "./tools.js";

/** A run that a call has proposed ends before the run of that call, and what it does is not done a second time by another one. */
export function checkChildren(ledger: Ledger, evidence: Evidence): readonly Objection[] {
  const found: Objection[] = [];
  const lasting = new Map<string, string[]>();
  for (const run of evidence.runs.values()) {
    if (run.caller === undefined) continue;
    found.push(...outlived(run, evidence));
    if (!leavesSomething(run, ledger)) continue;
    const call = `part ${JSON.stringify(run.part)} of ${run.caller.run}/${run.caller.action}`;
    lasting.set(call, [...(lasting.get(call) ?? []), run.id]);
  }
  for (const [call, runs] of lasting) {
    if (runs.length > 1) found.push({ kind: "repeated", what: `${call} was done by ${runs.join(" and ")}` });
  }
  return found;
}

function outlived({ id, caller, endSeq }: RunEvidence, { runs }: Evidence): readonly Objection[] {
  const end = runs.get(caller!.run)?.endSeq;
  if (end === undefined || (endSeq !== undefined && endSeq < end)) return [];
  return [{ kind: "outlived", what: `run ${id} was open when its caller ${caller!.run} had ended` }];
}

/** Whether calls of it that must not be made twice have acted and were not undone. */
function leavesSomething({ id, actions }: RunEvidence, { entries }: Ledger): boolean {
  return [...actions.keys()].some((action) =>
    callsOf(entries, id, action).some((entry) => {
      const { tool } = entry.call;
      return ONCE.has(tool) && !UNDOES.has(tool) && entry.acted > 0 && !wasUndone(entries, entry);
    }),
  );
}
