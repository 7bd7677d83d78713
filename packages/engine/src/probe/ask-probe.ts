import type { ActionProbedData, JsonValue, Reason } from "@car/ir";
import { copyJson } from "@car/ir/internal";
import type { ProbeAnswer, ProbeContext } from "@car/ir/ports";
import { idempotencyKeyOf } from "../dispatch/idempotency-key.js";
import { outcomeOfAnswer } from "../dispatch/tool-outcome.js";
import { flowOf } from "../flow/flow-note.js";
import { failed, type Outcome, type Unsuccessful } from "../run/outcome.js";
import type { Notes } from "../run/notes.js";
import type { Run } from "../run/run.js";
import { notesOf, type Slot } from "../run/slot.js";
import { messageOf } from "../run/thrown.js";
import { boundedWait, type BoundedEnd } from "../time/bounded-wait.js";

/** A call of which nobody knows what it did. */
export interface Doubted {
  /** Its attempt, from 1. */
  readonly attempt: number;
  /** When that began, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** How it failed; absent when its process ended before it did. */
  readonly failure?: Unsuccessful | undefined;
}

/** What a probe found out: the call's success, that it did nothing, or nothing. */
export type Probed = Outcome | "not_happened" | "unknown";

/** Asks the tool's probe, within its time, and puts its answer into the log. Never rejects. */
export async function askProbe(run: Run, slot: Slot, doubted: Doubted): Promise<Probed> {
  return (await probe(run, slot, doubted))();
}

/**
 * Asks the tool's probe, within its time. Never rejects.
 * @returns puts its answer into the log; what follows from it is to follow in the same turn.
 */
export async function probe(run: Run, slot: Slot, doubted: Doubted): Promise<() => Probed> {
  const bounds = { timers: run.host.timers, timeoutMs: run.config.limits.probe_timeout_ms, signals: [] };
  const end = await boundedWait(
    (signal) => slot.tool!.probe!(slot.parameters, contextOf(run, slot, doubted, signal)),
    bounds,
  );
  return () => {
    run.tick();
    return judge(run, slot, doubted, answerOf(run, end));
  };
}

function contextOf(run: Run, slot: Slot, { attempt, startedAt }: Doubted, signal: AbortSignal): ProbeContext {
  return {
    idempotencyKey: idempotencyKeyOf(run, slot),
    runId: run.scope.run_id,
    actionId: slot.action.id,
    attempt,
    startedAt,
    before: slot.notes?.image?.before?.value,
    principal: run.principal,
    secrets: run.host.secrets,
    signal,
  };
}

interface Answered {
  readonly answer: ActionProbedData["answer"];
  readonly output?: JsonValue;
  readonly problem?: string;
}

/** Whatever the types say: a wrong answer must not turn into a success. */
function answerOf({ config }: Run, end: BoundedEnd<ProbeAnswer>): Answered {
  if (end.kind === "timeout") {
    return unknown(`the probe did not answer within ${config.limits.probe_timeout_ms} ms`);
  }
  if (end.kind !== "value")
    return unknown(`the probe failed: ${messageOf(end.kind === "error" ? end.error : end.kind)}`);
  const given: unknown = end.value;
  if (given === undefined) return { answer: "unknown" };
  try {
    const { happened, output = null } = given as { readonly happened?: unknown; readonly output?: unknown };
    if (happened === false) return { answer: "not_happened" };
    if (happened === true) return { answer: "happened", output: copyJson(output, config.outputLimits) };
    return unknown("the probe answered neither `{happened}` nor `undefined`");
  } catch (error) {
    return unknown(`the probe's answer is not usable: ${messageOf(error)}`);
  }
}

function unknown(problem: string): Answered {
  return { answer: "unknown", problem };
}

/** What a probe says happened is the call's answer: it is held to `returns`, and labelled, like any other. */
function judge(run: Run, slot: Slot, { attempt, failure }: Doubted, answered: Answered): Probed {
  const { answer, output } = answered;
  const outcome = answer === "happened" ? outcomeOfAnswer(run, slot, output) : answer;
  const { labels } = flowOf(slot);
  const is_compensation = slot.errand !== undefined;
  run.record("action_probed", slot, {
    ...(failure === undefined ? {} : { reason: openReason(failure) }),
    ...answered,
    ...(answer !== "happened" || labels.length === 0 ? {} : { labels }),
    ...(is_compensation ? { is_compensation } : {}),
  });
  if (answer === "unknown") return outcome;
  const code = failure?.reason.code ?? "in_doubt";
  if (code === "timeout" || code === "in_doubt") {
    settled(notesOf(slot), attempt);
  }
  return outcome;
}

/** It may have answered while its probe was asked. */
function settled(notes: Notes, attempt: number): void {
  const probed = (notes.probed ??= new Set());
  if (probed.has(attempt)) return;
  probed.add(attempt);
  notes.unanswered--;
}

function openReason({ reason }: Unsuccessful): Reason {
  return { ...reason, outcome: "unknown" };
}

/** A failure of which it is known now that nothing was done. */
export function definite({ reason, errorClass, retryAfterMs }: Unsuccessful): Unsuccessful {
  const { outcome: _, ...rest } = reason;
  const code = reason.code === "in_doubt" ? "canceled" : reason.code;
  const message = `${reason.message}; asked about it, its tool says that nothing was done`;
  return failed({ ...rest, code, message }, errorClass, retryAfterMs, "none");
}
