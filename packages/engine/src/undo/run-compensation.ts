import type { Reason } from "@car/ir";
import { errandFor, errandParameters, errandProblem } from "../errand/errand-call.js";
import { askProbe } from "../probe/ask-probe.js";
import { askInDoubt } from "../recovery/ask-in-doubt.js";
import { childless } from "../run/children.js";
import type { Outcome } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import { notesOf, type Slot } from "../run/slot.js";
import type { CompensationCall } from "./compensation.js";

/**
 * Undoes one ended call, through the gates that are meant for such a call.
 * @returns whether it was undone. Every step is journalled.
 */
export async function runCompensation(run: Run, of: Slot, call: CompensationCall): Promise<boolean> {
  const problem = errandProblem(run, call);
  if (problem !== undefined) return failCompensation(run, of, call, { reason: problem, attempts: 0 });
  let ended!: (outcome: Outcome) => void;
  const outcome = new Promise<Outcome>((resolve) => (ended = resolve));
  const slot = errandFor(of, call, {
    kind: "compensation",
    isByModel: call.isByModel,
    started: () => begun(run, of, call),
    ended,
  });
  const known = await knownEnd(run, of, call, slot);
  if (known !== undefined) return known;
  run.tick();
  run.host.advance(run, slot);
  const result = await outcome;
  // What it has started ends with it, and is not left behind by the answer.
  await childless(run);
  return conclude(run, of, call, { outcome: result, attempts: slot.attempts });
}

function begun(run: Run, of: Slot, call: CompensationCall): void {
  const notes = notesOf(of);
  notes.unansweredAtUndo = notes.unanswered;
  run.record("compensation_started", of, { tool: call.toolName, parameters: errandParameters(call) });
}

function conclude(
  run: Run,
  of: Slot,
  call: CompensationCall,
  { outcome, attempts }: { readonly outcome: Outcome; readonly attempts: number },
): boolean {
  if (outcome.status !== "succeeded") return failCompensation(run, of, call, { reason: outcome.reason, attempts });
  run.record("compensation_succeeded", of, { tool: call.toolName, output: outcome.output, attempts });
  return true;
}

/** What became of a compensation that an earlier process began; `undefined` when it is to be made (again). */
async function knownEnd(run: Run, of: Slot, call: CompensationCall, slot: Slot): Promise<boolean | undefined> {
  const startedAt = of.notes?.undoBeganAt;
  if (startedAt === undefined || run.recovery === undefined) return undefined;
  const probed = call.tool?.probe === undefined ? "unknown" : await askProbe(run, slot, { attempt: 1, startedAt });
  if (probed === "not_happened") return undefined;
  if (probed !== "unknown") return conclude(run, of, call, { outcome: probed, attempts: 1 });
  if (mayRepeat(call)) return undefined;
  const answer = await askInDoubt(run, slot, run.recovery);
  if (answer === "rerun") return undefined;
  run.tick();
  if (answer === "failed") return failCompensation(run, of, call, { reason: IN_DOUBT, attempts: 1 });
  return conclude(run, of, call, { outcome: { status: "succeeded", output: answer.output }, attempts: 1 });
}

const IN_DOUBT: Reason = {
  code: "in_doubt",
  message: "the process ended during the compensation; whether it acted is not known, so it is not made again",
  outcome: "unknown",
};

function mayRepeat({ tool }: CompensationCall): boolean {
  return tool?.schema.idempotent === true || tool?.schema.reversibility === "reversible";
}

/** Says that the effect of an action remains, and why. */
export function failCompensation(
  run: Run,
  of: Slot,
  { toolName: tool }: CompensationCall,
  { reason, attempts }: { readonly reason: Reason; readonly attempts: number },
): false {
  notesOf(of).undoProblem = reason;
  run.record("compensation_failed", of, { tool, reason, attempts });
  run.host.logger.error({ run_id: run.scope.run_id, action_id: of.action.id, tool, reason }, "a compensation failed");
  return false;
}
