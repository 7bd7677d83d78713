import { type JsonObject, type Reason, ToolCall } from "@car/ir";
import { flowNote } from "../flow/flow-note.js";
import { compensationExcess } from "../gates/references.js";
import { askInDoubt } from "../recovery/ask-in-doubt.js";
import { advance } from "../run/advance.js";
import { childless } from "../run/children.js";
import type { Outcome } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import { compensationSlot } from "../run/board.js";
import { type Slot } from "../run/slot.js";
import type { CompensationCall } from "./compensation.js";

/**
 * Undoes one ended call, through the gates that are meant for such a call.
 * @returns whether it was undone. Every step is journalled.
 */
export async function runCompensation(run: Run, of: Slot, call: CompensationCall): Promise<boolean> {
  const problem = problemOf(run, call);
  if (problem !== undefined) return fail(run, of, call, { reason: problem, attempts: 0 });
  let ended!: (outcome: Outcome) => void;
  const outcome = new Promise<Outcome>((resolve) => (ended = resolve));
  const slot = slotFor(run, of, call, ended);
  const known = await knownEnd(run, of, call, slot);
  if (known !== undefined) return known;
  run.tick();
  advance(run, slot);
  const result = await outcome;
  // What it has started ends with it, and is not left behind by the answer.
  await childless(run);
  return conclude(run, of, call, { outcome: result, attempts: slot.attempts });
}

function conclude(
  run: Run,
  of: Slot,
  call: CompensationCall,
  { outcome, attempts }: { readonly outcome: Outcome; readonly attempts: number },
): boolean {
  if (outcome.status !== "succeeded") return fail(run, of, call, { reason: outcome.reason, attempts });
  run.record("compensation_succeeded", of, { tool: call.toolName, output: outcome.output, attempts });
  return true;
}

/** What keeps the call from being made at all. */
function problemOf(run: Run, { tool, toolName, parameters }: CompensationCall): Reason | undefined {
  if (tool === undefined) return { code: "unknown_tool", message: `tool \`${toolName}\` is not known` };
  if (!parameters.ok) return { code: "invalid", message: parameters.message };
  return compensationExcess(run, parameters.value as JsonObject);
}

/** What became of a compensation that an earlier process began; `undefined` when it is to be made (again). */
async function knownEnd(run: Run, of: Slot, call: CompensationCall, slot: Slot): Promise<boolean | undefined> {
  if (of.notes?.undoBegan !== true || run.recovery === undefined || mayRepeat(call)) return undefined;
  const answer = await askInDoubt(run, slot, run.recovery);
  if (answer === "rerun") return undefined;
  run.tick();
  if (answer === "failed") return fail(run, of, call, { reason: IN_DOUBT, attempts: 1 });
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

/** A slot outside the plan: no dependants, no effects on the state that is about to be dropped. */
function slotFor(run: Run, of: Slot, call: CompensationCall, ended: (outcome: Outcome) => void): Slot {
  const { tool, toolName, parameters, isByModel, labels } = call;
  const value = (parameters.ok ? parameters.value : {}) as JsonObject;
  const action = ToolCall.parse({ id: of.action.id, type: "tool_call", tool: toolName, parameters: value });
  const started = (): void => run.record("compensation_started", of, { tool: toolName, parameters: value });
  const slot = compensationSlot(of.index, action, tool, { isByModel, started, ended });
  if (labels.length > 0) flowNote(slot).inherited = labels;
  return slot;
}

function fail(
  run: Run,
  of: Slot,
  { toolName: tool }: CompensationCall,
  { reason, attempts }: { readonly reason: Reason; readonly attempts: number },
): false {
  run.record("compensation_failed", of, { tool, reason, attempts });
  run.host.logger.error({ run_id: run.scope.run_id, action_id: of.action.id, tool, reason }, "a compensation failed");
  return false;
}
