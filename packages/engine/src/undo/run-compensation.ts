import { type JsonObject, type Reason, ToolCall } from "@car/ir";
import { callTool } from "../dispatch/call-tool.js";
import { authorize } from "../gates/authorize.js";
import { askApproval } from "../gates/approval.js";
import { PARK, PROCEED } from "../gates/gate.js";
import { parametersExcess } from "../gates/parameters-excess.js";
import { restrict } from "../gates/restrict.js";
import { parameterProblems } from "../gates/validate.js";
import { askInDoubt } from "../recovery/ask-in-doubt.js";
import type { Outcome } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import { Slot } from "../run/slot.js";
import type { CompensationCall } from "./compensation.js";

/** Attempts at one compensation: the first and its retries. */
const MAX_ATTEMPTS = 4;

/**
 * Undoes one finished call.
 * @returns whether it was undone. Every step is journalled.
 */
export async function runCompensation(run: Run, of: Slot, call: CompensationCall): Promise<boolean> {
  const problem = await admit(run, of, call);
  if (problem !== undefined) return fail(run, of, { tool: call.toolName, reason: problem });
  const slot = compensationSlot(of, call);
  const known = await knownEnd(run, of, { call, slot });
  if (known !== undefined) return known;
  run.tick();
  run.record("compensation_started", of, { tool: call.toolName, parameters: slot.parameters });
  for (;;) {
    const outcome = await attempt(run, slot);
    if (outcome.status === "succeeded") {
      run.record("compensation_succeeded", of, {
        tool: call.toolName,
        output: outcome.output,
        attempts: slot.attempts,
      });
      return true;
    }
    if (outcome.errorClass !== "transient" || slot.attempts >= MAX_ATTEMPTS) {
      return fail(run, of, { tool: call.toolName, reason: outcome.reason });
    }
    await pause(run, Math.max(outcome.retryAfterMs ?? 0, 100 * 2 ** (slot.attempts - 1) * run.services.random()));
  }
}

/** What became of a compensation that an earlier process began; `undefined` when it is to be made (again). */
async function knownEnd(
  run: Run,
  of: Slot,
  { call, slot }: { readonly call: CompensationCall; readonly slot: Slot },
): Promise<boolean | undefined> {
  if (!of.undoBegan || run.recovery === undefined || mayRepeat(call)) return undefined;
  const answer = await askInDoubt(run, slot, run.recovery);
  if (answer === "rerun") return undefined;
  run.tick();
  if (answer === "failed") return fail(run, of, { tool: call.toolName, reason: IN_DOUBT });
  run.record("compensation_succeeded", of, { tool: call.toolName, output: answer.output, attempts: 1 });
  return true;
}

const IN_DOUBT: Reason = {
  code: "in_doubt",
  message: "the process ended during the compensation; whether it acted is not known, so it is not made again",
};

function mayRepeat({ tool }: CompensationCall): boolean {
  return tool?.schema.idempotent === true || tool?.schema.reversibility === "reversible";
}

/** The checks before the first attempt; a model's compensation passes the gates that any of its calls would. */
async function admit(run: Run, of: Slot, call: CompensationCall): Promise<Reason | undefined> {
  if (call.tool === undefined) return { code: "unknown_tool", message: `tool \`${call.toolName}\` is not known` };
  if (!call.parameters.ok) return { code: "invalid", message: call.parameters.message };
  const slot = compensationSlot(of, call);
  const problems = parametersExcess(run, slot.parameters) ?? parameterProblems(slot, slot.parameters);
  if (problems !== undefined || !call.proposedByModel) return problems;
  for (const gate of [restrict, authorize, askApproval]) {
    const verdict = await gate(run, slot);
    if (verdict === PROCEED) continue;
    if (verdict === PARK) return { code: "approval_required", message: "a compensation cannot wait for an approval" };
    return verdict.status === "succeeded" ? undefined : verdict.reason;
  }
  return undefined;
}

/** A slot outside the plan: no budget, no dependants, no effects on the state that is about to be dropped. */
function compensationSlot(of: Slot, call: CompensationCall): Slot {
  const { tool, toolName, parameters } = call;
  const value = (parameters.ok ? parameters.value : {}) as JsonObject;
  const action = ToolCall.parse({ id: of.action.id, type: "tool_call", tool: toolName, parameters: value });
  const slot = new Slot(of.index, action, { tool, waiting: 0 });
  slot.purpose = ":compensation";
  slot.inherited = call.labels;
  return slot;
}

function attempt(run: Run, slot: Slot): Promise<Outcome> {
  return new Promise((resolve) => {
    const outcome = callTool(run, slot, (_run, _slot, later) => resolve(later));
    if (outcome !== undefined) resolve(outcome);
  });
}

function pause(run: Run, ms: number): Promise<void> {
  return new Promise((resolve) => void run.services.timers.set(ms, resolve));
}

function fail(run: Run, of: Slot, data: { readonly tool: string; readonly reason: Reason }): false {
  run.record("compensation_failed", of, data);
  run.services.logger.error({ run_id: run.scope.run_id, action_id: of.action.id, ...data }, "a compensation failed");
  return false;
}
