import type { JsonValue } from "@car/ir";
import { copyJson } from "@car/ir/internal";
import { idempotencyKeyOf } from "../dispatch/idempotency-key.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import type { InDoubtAnswer } from "./in-doubt.js";
import type { Recovery } from "./recovery.js";

/** Asks the host what became of a call, that of an action or of its compensation. What it throws counts as `failed`. */
export async function askInDoubt(
  run: Run,
  slot: Slot,
  { onInDoubt }: Pick<Recovery, "onInDoubt">,
): Promise<InDoubtAnswer> {
  const { scope, principal } = run;
  const tool = slot.action.type === "tool_call" ? slot.action.tool : "";
  try {
    const answer = await onInDoubt({
      run_id: scope.run_id,
      proposal_id: scope.proposal_id,
      action_id: slot.action.id,
      tool,
      parameters: slot.parameters,
      principal,
      attempt: Math.max(1, slot.attempts),
      is_compensation: slot.errand !== undefined,
      idempotency_key: idempotencyKeyOf(run, slot),
    });
    if (answer === "rerun" || answer === "failed") return answer;
    if (!isOutput(answer)) throw new TypeError("it must answer `failed`, `rerun` or `{output}`");
    return { output: copyJson(answer.output, run.config.outputLimits) };
  } catch (error) {
    run.host.logger.error({ error, run_id: scope.run_id }, "onInDoubt failed; the action counts as failed");
    return "failed";
  }
}

/** Whatever the types say: a wrong answer must not turn into a success. */
function isOutput(answer: unknown): answer is { readonly output: JsonValue } {
  return typeof answer === "object" && answer !== null && Object.hasOwn(answer, "output");
}
