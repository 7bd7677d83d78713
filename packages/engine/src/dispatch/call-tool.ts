import { type Reason, ToolError } from "@car/ir";
import { ownCount } from "../budget/own-count.js";
import { follow } from "../run/follow.js";
import { failed, isThenable, type Outcome, type SideEffect } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import { notesOf, type Slot } from "../run/slot.js";
import { Attempt } from "./attempt.js";
import { CallContext } from "./call-context.js";
import { isExternal, mayProbe } from "./external.js";
import { secure } from "./secure.js";
import { outcomeOfAnswer, outcomeOfThrow } from "./tool-outcome.js";

/**
 * Makes one attempt at a tool call.
 * @returns the outcome when the tool answered at once; otherwise `undefined`, and `host.conclude` is called later, once.
 */
export function callTool(run: Run, slot: Slot): Outcome | undefined {
  if (slot.notes !== undefined) slot.notes.charge = undefined;
  const attempt = new Call(run, slot, slot.attempts + 1);
  run.board.call(slot, attempt);
  if (slot.errand === undefined) {
    const isLiteral = run.plan.graph.templates[slot.index] === undefined;
    run.record("action_executing", slot, isLiteral ? LITERAL : { parameters: slot.parameters });
    if (run.broken !== undefined) return end(attempt, failed(run.broken));
  } else if (attempt.number === 1) slot.errand.started();
  const flushed = isExternal(run, slot) ? secure(run) : undefined;
  if (flushed === undefined) return invokeUnlessLost(attempt);
  invokeAfter(flushed, attempt);
  return undefined;
}

const LITERAL = Object.freeze({});

class Call extends Attempt {
  override ring(): void {
    expire(this);
  }
}

function invokeAfter(flushed: Promise<void>, attempt: Attempt): void {
  void flushed.then(() => {
    if (attempt.isOver) return;
    const { run, slot } = attempt;
    run.tick();
    const outcome = invokeUnlessLost(attempt);
    if (outcome !== undefined) run.host.conclude(run, slot, outcome);
  });
}

/**
 * A call of which the log cannot be told is not made, nor one that the run has given up meanwhile; but what undoes one is due
 * even then, unless whoever takes the run up will make it.
 */
function invokeUnlessLost(attempt: Attempt): Outcome | undefined {
  const { run, slot, aborted } = attempt;
  if (isUndoing(slot) && !run.isDisowned) return invoke(attempt);
  if (run.broken !== undefined) return end(attempt, failed(run.broken));
  return aborted ? end(attempt, failed(GIVEN_UP, "canceled")) : invoke(attempt);
}

function isUndoing({ errand }: Slot): boolean {
  return errand?.kind === "compensation" || errand?.kind === "undo";
}

/** Why a call was not made after its beginning had been recorded. */
export const GIVEN_UP: Reason = {
  code: "canceled",
  message: "the run was given up before the call was made",
  class: "canceled",
};

function invoke(attempt: Attempt): Outcome | undefined {
  const { run, slot } = attempt;
  const deadline = deadlineOf(run, slot);
  if (deadline !== undefined) run.host.timers.add(attempt, deadline, run.time);
  let answer: unknown;
  try {
    answer = answerOf(attempt);
    if (isThenable(answer)) {
      listen(attempt, answer);
      return undefined;
    }
  } catch (error) {
    run.tick();
    return end(attempt, outcomeOfThrow(slot, error, attempt));
  }
  run.tick();
  return end(attempt, outcomeOfAnswer(run, slot, answer));
}

/** Longest time of one attempt, in milliseconds; `undefined`: the host sets none. An action can only ask for less. */
function deadlineOf({ config: { limits } }: Run, { action, tool, errand }: Slot): number | undefined {
  if (errand !== undefined) return limits.compensation_timeout_ms;
  const own = tool?.schema.timeout_ms ?? limits.default_timeout_ms;
  const wanted = action.timeout_ms;
  if (own === "none") return wanted;
  return wanted === undefined ? own : Math.min(wanted, own);
}

function answerOf(attempt: Attempt): unknown {
  const { run, slot } = attempt;
  const { schema, execute } = slot.tool!;
  const { executor } = run;
  const context = new CallContext(attempt);
  if (executor !== undefined) {
    const { parameters, action } = slot;
    return executor({ tool: schema.name, parameters, actionId: action.id, context });
  }
  if (execute !== undefined) return execute(slot.parameters, context);
  throw new ToolError(`tool \`${schema.name}\` has no code and the runtime has no executor`, { class: "not_found" });
}

/**
 * Hears how one call ends, and then the next one: two functions for each call would cost more than all else that the engine
 * makes for it.
 */
class Listener {
  private attempt: Attempt | undefined = undefined;
  private readonly onValue: (value: unknown) => void;
  private readonly onError: (error: unknown) => void;

  constructor() {
    this.onValue = (value) => {
      const attempt = this.take();
      if (attempt !== undefined) answered(attempt, outcomeOfAnswer(attempt.run, attempt.slot, value));
    };
    this.onError = (error) => {
      const attempt = this.take();
      if (attempt !== undefined) answered(attempt, outcomeOfThrow(attempt.slot, error, attempt));
    };
  }

  hear(attempt: Attempt, answer: PromiseLike<unknown>): void {
    this.attempt = attempt;
    follow(answer, this.onValue, this.onError);
  }

  /** The call that has ended, if anybody still waits for it. From here on this listener is free; a call that never ends keeps its own. */
  private take(): Attempt | undefined {
    const { attempt } = this;
    if (attempt === undefined) return undefined;
    this.attempt = undefined;
    if (idleCount < MOST_IDLE) idle[idleCount++] = this;
    return isAwaited(attempt) ? attempt : undefined;
  }
}

const MOST_IDLE = 1_024;
/** Shared by all runtimes: a listener knows nothing but the call it waits for. */
const idle: Listener[] = [];
/** The first so many are free; the others stay in their places, since a list that shrinks is made anew. */
let idleCount = 0;

function listen(attempt: Attempt, answer: PromiseLike<unknown>): void {
  const listener = idleCount > 0 ? idle[--idleCount]! : new Listener();
  listener.hear(attempt, answer);
}

/** Of an answer that comes too late only that it came is told. */
function isAwaited(attempt: Attempt): boolean {
  attempt.run.tick();
  if (attempt.isOver) dropLate(attempt);
  return !attempt.isOver;
}

function answered(attempt: Attempt, outcome: Outcome): void {
  const { run, slot } = attempt;
  run.host.conclude(run, slot, end(attempt, outcome));
}

function expire(attempt: Attempt): void {
  if (attempt.isOver) return;
  const { run, slot } = attempt;
  run.tick();
  const message = `tool \`${slot.tool!.schema.name}\` did not answer within ${deadlineOf(run, slot)} ms`;
  attempt.abort(message);
  leaveUnanswered(attempt);
  const outcome = failed({ code: "timeout", message, class: "timeout" }, "timeout", undefined, "unknown");
  run.host.conclude(run, slot, end(attempt, outcome));
}

/** Nobody waits for the call any more. Until it answers it may still act. */
export function leaveUnanswered(attempt: Attempt): void {
  attempt.ownExtras.endedAt = attempt.run.time;
  notesOf(attempt.slot).unanswered++;
}

/** Closes an attempt with its outcome. Only the first end counts. What it may have left is noted later, if it is asked for first. */
export function end(attempt: Attempt, outcome: Outcome): Outcome {
  const { run, slot } = attempt;
  const isGood = outcome.status === "succeeded";
  const { writes } = attempt.extras;
  if (isGood && writes !== undefined) notesOf(slot).handleWrites = writes;
  const isAsked = mayProbe(run, slot, outcome);
  if (isAsked) notesOf(slot).askedFrom = run.epoch + attempt.startedAfter;
  const left = isGood ? "acted" : isAsked ? "none" : (outcome.sideEffect ?? "none");
  closeAttempt(attempt, isExternal(run, slot) ? left : "none");
  return outcome;
}

/**
 * Ends an attempt's life, answered or not: its state handle and its context die, the runs it has started are canceled, its
 * time and spending are booked. Later answers are dropped.
 */
export function closeAttempt(attempt: Attempt, sideEffect: SideEffect): void {
  const { run, slot } = attempt;
  attempt.cancel();
  run.board.answered(slot, run.elapsed - attempt.startedAfter, sideEffect);
  cancelChildren(attempt, "the call that started the run has ended");
  const { spent } = attempt.extras;
  if (spent === undefined) return;
  for (const [counter, reported] of spent) {
    const reserved = ownCount(slot.tool?.reserve, counter) ?? 0;
    run.budget?.settle(counter, { reserved, reported });
  }
}

/** Gives up the runs that a call has started. */
export function cancelChildren({ extras: { children } }: Attempt, why: string): void {
  if (children === undefined) return;
  // A run that ends leaves the set.
  for (const child of [...children]) child.host.cancel(child, { code: "canceled", message: why });
}

function dropLate(attempt: Attempt): void {
  const { run, slot } = attempt;
  const notes = notesOf(slot);
  if (notes.probed?.has(attempt.number) !== true) notes.unanswered--;
  if (slot.tool?.probe !== undefined) (notes.probed ??= new Set()).add(attempt.number);
  // Of a reader nothing is told but what it read.
  if (slot.errand !== undefined && slot.errand.kind !== "compensation") return;
  run.record("late_result_dropped", slot, { attempt: attempt.number, late_by_ms: run.time - attempt.extras.endedAt });
}
