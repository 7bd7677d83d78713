import { ToolError } from "@car/ir";
import { EXTERNAL } from "../plan/plan-flags.js";
import { failed, isThenable, type Outcome } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import { Attempt } from "./attempt.js";
import { outcomeOfAnswer, outcomeOfThrow } from "./tool-outcome.js";

/** Told of the outcome of a call that did not answer at once. */
export type OnOutcome = (run: Run, slot: Slot, outcome: Outcome) => void;

/**
 * Makes one attempt at a tool call.
 * @returns the outcome when the tool answered at once; otherwise `undefined`, and `onOutcome` is called later, once.
 */
export function callTool(run: Run, slot: Slot, onOutcome: OnOutcome): Outcome | undefined {
  slot.attempts++;
  slot.charge = undefined;
  const attempt = new Attempt(run, slot, run.dispatchTime());
  slot.attempt = attempt;
  if (slot.purpose === "") {
    const resolved = run.plan.graph.templates[slot.index] === undefined ? undefined : { parameters: slot.parameters };
    run.record("action_executing", slot, resolved);
    if (run.broken !== undefined) return end(run, slot, { attempt, outcome: failed(run.broken) });
  }
  const flushed = mustBeDurable(run, slot) ? flush(run) : undefined;
  if (flushed === undefined) return invoke(run, slot, { attempt, onOutcome });
  void flushed.then(() => {
    if (attempt.over) return;
    // A compensation is due even where nothing can be confirmed any more.
    const broken = slot.purpose === "" && run.broken !== undefined ? failed(run.broken) : undefined;
    const outcome =
      broken === undefined ? invoke(run, slot, { attempt, onOutcome }) : end(run, slot, { attempt, outcome: broken });
    if (outcome !== undefined) onOutcome(run, slot, outcome);
  });
  return undefined;
}

/** Write-ahead (7.3): what cannot simply be forgotten is on the disk before it is done. */
function mustBeDurable(run: Run, { index }: Slot): boolean {
  return run.services.recorder.log.supports.durable && (run.plan.flags[index]! & EXTERNAL) !== 0;
}

/** Never rejects: a log that cannot write breaks the run. */
function flush(run: Run): Promise<void> | undefined {
  try {
    const flushed = run.services.recorder.log.flush();
    if (!isThenable(flushed)) return undefined;
    return Promise.resolve(flushed).catch((error: unknown) => run.break("the event log failed", error));
  } catch (error) {
    run.break("the event log failed", error);
    return Promise.resolve();
  }
}

interface Invocation {
  readonly attempt: Attempt;
  readonly onOutcome: OnOutcome;
}

function invoke(run: Run, slot: Slot, { attempt, onOutcome }: Invocation): Outcome | undefined {
  const deadline = deadlineOf(run, slot);
  if (deadline !== undefined) {
    attempt.timer = run.services.timers.set(deadline, () => expire(run, slot, { attempt, onOutcome }));
  }
  let answer: unknown;
  try {
    answer = answerOf(run, slot, attempt);
    if (isThenable(answer)) {
      listen(run, slot, { attempt, onOutcome, answer });
      return undefined;
    }
  } catch (error) {
    return end(run, slot, { attempt, outcome: outcomeOfThrow(error, attempt) });
  }
  run.tick();
  return end(run, slot, { attempt, outcome: outcomeOfAnswer(run, slot, answer) });
}

/** Longest time of one attempt, in milliseconds. */
function deadlineOf({ config: { limits } }: Run, { action, purpose }: Slot): number | undefined {
  return purpose === "" ? (action.timeout_ms ?? limits.default_timeout_ms) : limits.compensation_timeout_ms;
}

function answerOf(run: Run, slot: Slot, attempt: Attempt): unknown {
  const { parameters } = slot;
  if (run.executor !== undefined) {
    return run.executor({ tool: slot.tool!.schema.name, parameters, actionId: slot.action.id, context: attempt });
  }
  const { schema, execute } = slot.tool!;
  if (execute === undefined) throw new ToolError(`tool \`${schema.name}\` has no code and the runtime has no executor`);
  return execute(parameters, attempt);
}

function listen(
  run: Run,
  slot: Slot,
  { attempt, onOutcome, answer }: Invocation & { readonly answer: PromiseLike<unknown> },
): void {
  // A thenable that is not a promise may call back twice, at once, or throw; a promise around it may not.
  const promise = answer instanceof Promise ? (answer as Promise<unknown>) : Promise.resolve(answer);
  promise.then(
    (value) => {
      if (attempt.over) return dropLate(run, slot, attempt);
      run.tick();
      onOutcome(run, slot, end(run, slot, { attempt, outcome: outcomeOfAnswer(run, slot, value) }));
    },
    (error: unknown) => {
      if (attempt.over) return dropLate(run, slot, attempt);
      run.tick();
      onOutcome(run, slot, end(run, slot, { attempt, outcome: outcomeOfThrow(error, attempt) }));
    },
  );
}

function expire(run: Run, slot: Slot, { attempt, onOutcome }: Invocation): void {
  if (attempt.over) return;
  run.tick();
  const message = `tool \`${slot.tool!.schema.name}\` did not answer within ${deadlineOf(run, slot)} ms`;
  attempt.abort(message);
  slot.abandoned = true;
  onOutcome(
    run,
    slot,
    end(run, slot, { attempt, outcome: failed({ code: "timeout", message, class: "timeout" }, "timeout") }),
  );
}

/** Closes an attempt: its state handle dies, its time and spending are booked. Only the first end counts. */
function end(
  run: Run,
  slot: Slot,
  { attempt, outcome }: { readonly attempt: Attempt; readonly outcome: Outcome },
): Outcome {
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
  slot.release?.();
  slot.release = undefined;
  for (const [counter, reported] of attempt.spent ?? []) {
    const reserved = slot.tool?.reserve?.[counter] ?? 0;
    run.budget?.settle(counter, { reserved, reported });
  }
}

function dropLate(run: Run, slot: Slot, attempt: Attempt): void {
  run.tick();
  run.record("late_result_dropped", slot, { attempt: attempt.number, late_by_ms: run.time - slot.endedAt });
}
