import { ToolError } from "@car/ir";
import { ownCount } from "../budget/own-count.js";
import { failed, isThenable, type Outcome } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import { Attempt, type OnOutcome } from "./attempt.js";
import { leavesTraces, secure } from "./secure.js";
import { outcomeOfAnswer, outcomeOfThrow } from "./tool-outcome.js";

/**
 * Makes one attempt at a tool call.
 * @returns the outcome when the tool answered at once; otherwise `undefined`, and `onOutcome` is called later, once.
 */
export function callTool(run: Run, slot: Slot, onOutcome: OnOutcome): Outcome | undefined {
  slot.attempts++;
  slot.charge = undefined;
  const attempt = new Attempt(run, slot, onOutcome);
  slot.attempt = attempt;
  if (slot.purpose === "") {
    const resolved = run.plan.graph.templates[slot.index] === undefined ? undefined : { parameters: slot.parameters };
    run.record("action_executing", slot, resolved);
    if (run.broken !== undefined) return end(attempt, failed(run.broken));
  }
  const flushed = leavesTraces(run, slot) ? secure(run) : undefined;
  if (flushed === undefined) return invoke(attempt);
  void flushed.then(() => {
    if (attempt.over) return;
    // A compensation is due even where nothing can be confirmed any more, unless recovery will make it.
    const isStopped = run.disowned || (slot.purpose === "" && run.broken !== undefined);
    const broken = isStopped ? failed(run.broken!) : undefined;
    const outcome = broken === undefined ? invoke(attempt) : end(attempt, broken);
    if (outcome !== undefined) onOutcome(run, slot, outcome);
  });
  return undefined;
}

function invoke(attempt: Attempt): Outcome | undefined {
  const { run, slot } = attempt;
  const deadline = deadlineOf(run, slot);
  if (deadline !== undefined) attempt.timer = run.services.timers.set(deadline, () => expire(attempt));
  let answer: unknown;
  try {
    answer = answerOf(attempt);
    if (isThenable(answer)) {
      listen(attempt, answer);
      return undefined;
    }
  } catch (error) {
    return end(attempt, outcomeOfThrow(error, attempt));
  }
  run.tick();
  return end(attempt, outcomeOfAnswer(run, slot, answer));
}

/** Longest time of one attempt, in milliseconds. */
function deadlineOf({ config: { limits } }: Run, { action, purpose }: Slot): number | undefined {
  return purpose === "" ? (action.timeout_ms ?? limits.default_timeout_ms) : limits.compensation_timeout_ms;
}

function answerOf(attempt: Attempt): unknown {
  const { run, slot } = attempt;
  const { schema, execute } = slot.tool!;
  if (run.executor !== undefined) {
    const { parameters, action } = slot;
    return run.executor({ tool: schema.name, parameters, actionId: action.id, context: attempt });
  }
  if (execute === undefined) throw new ToolError(`tool \`${schema.name}\` has no code and the runtime has no executor`);
  return execute(slot.parameters, attempt);
}

function listen(attempt: Attempt, answer: PromiseLike<unknown>): void {
  const { run, slot } = attempt;
  // A thenable that is not a promise may call back twice, at once, or throw; a promise around it may not.
  const promise = answer instanceof Promise ? (answer as Promise<unknown>) : Promise.resolve(answer);
  promise.then(
    (value) => {
      if (attempt.over) return dropLate(attempt);
      run.tick();
      attempt.onOutcome(run, slot, end(attempt, outcomeOfAnswer(run, slot, value)));
    },
    (error: unknown) => {
      if (attempt.over) return dropLate(attempt);
      run.tick();
      attempt.onOutcome(run, slot, end(attempt, outcomeOfThrow(error, attempt)));
    },
  );
}

function expire(attempt: Attempt): void {
  if (attempt.over) return;
  const { run, slot } = attempt;
  run.tick();
  const message = `tool \`${slot.tool!.schema.name}\` did not answer within ${deadlineOf(run, slot)} ms`;
  attempt.abort(message);
  slot.abandoned = true;
  attempt.onOutcome(run, slot, end(attempt, failed({ code: "timeout", message, class: "timeout" }, "timeout")));
}

/** Closes an attempt: its state handle dies, its time and spending are booked. Only the first end counts. */
function end(attempt: Attempt, outcome: Outcome): Outcome {
  const { run, slot } = attempt;
  closeAttempt(run, slot, attempt);
  slot.finished = attempt;
  if (outcome.status === "succeeded") slot.abandoned = false;
  else if (outcome.reason.code === "canceled") slot.abandoned = true;
  return outcome;
}

/** Ends an attempt's life without an answer, or with one; later answers are dropped. */
export function closeAttempt(run: Run, slot: Slot, attempt: Attempt): void {
  attempt.over = true;
  attempt.timer?.cancel();
  slot.attempt = undefined;
  slot.durationMs += run.time - attempt.startedAt;
  if (attempt.spent === undefined) return;
  for (const [counter, reported] of attempt.spent) {
    const reserved = ownCount(slot.tool?.reserve, counter) ?? 0;
    run.budget?.settle(counter, { reserved, reported });
  }
}

function dropLate(attempt: Attempt): void {
  const { run, slot } = attempt;
  run.tick();
  run.record("late_result_dropped", slot, { attempt: attempt.number, late_by_ms: run.time - slot.endedAt });
}
