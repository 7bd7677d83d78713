import { type CarEvent, type ErrorClass, type EventOf, type JsonValue, payloadOf, type Reason } from "@car/ir";
import { labelSet } from "@car/ir/internal";
import type { Executor } from "@car/ir/ports";
import type { Attempt } from "../dispatch/attempt.js";
import { CallContext } from "../dispatch/call-context.js";
import { RecordedFailure } from "../dispatch/recorded-failure.js";
import { failed } from "../run/outcome.js";
import { flowNote } from "../flow/flow-note.js";
import { notesOf } from "../run/slot.js";
import type { Script } from "./script.js";
import { exposeRecorded } from "./recorded-labels.js";
import { handleWrites } from "./recorded-writes.js";
import type { ReplayParts } from "./replay-parts.js";
import { reasonCodeOf } from "./reason-of.js";

/** Calls that have not been answered: the recording does so when their turn comes. */
export class PendingCalls {
  private readonly calls = new Map<string, () => void>();

  /** A promise that `settle` settles with what `answer` gives or throws. */
  promise(name: string, answer: () => unknown): Promise<unknown> {
    const turn = new Promise<void>((resolve) => this.calls.set(name, resolve));
    return turn.then(answer);
  }

  /** Answers a call. Returns false when there is none of this name. */
  settle(name: string): boolean {
    const call = this.calls.get(name);
    this.calls.delete(name);
    call?.();
    return call !== undefined;
  }
}

/** Names one attempt at an action. */
export function callName(actionId: string, attempt: number): string {
  return `${actionId}:${attempt}`;
}

/** Answers calls with what they brought when they were recorded, in the recorded order. No tool is called. */
export function scriptedExecutor(parts: ReplayParts, pending: PendingCalls): Executor {
  const { script } = parts;
  return ({ actionId, context }) => {
    const attempt = CallContext.attemptOf(context);
    const { errand } = attempt.slot;
    if (errand?.kind === "compensation") return undone(parts, attempt);
    if (errand !== undefined) return imageOf(parts, pending, attempt);
    parts.cancelHere();
    const end = endOf(parts, actionId, attempt.number);
    // Nothing of this run came in between, so it makes no difference whether the tool answered at once.
    const isNext = end !== undefined && script.isNext(actionId);
    const isAtOnce = isNext && !isGivenUp(failureEvent(script, end));
    if (isAtOnce && !wasQueuedFor(parts)) return answerTo(parts, attempt);
    return pending.promise(callName(actionId, attempt.number), () =>
      attempt.isOver ? null : answerTo(parts, attempt),
    );
  };
}

/** How an attempt ended, as far as that has not come again. */
export function endOf({ script }: ReplayParts, actionId: string, attempt: number): AttemptEnd | undefined {
  const isEnd = ({ kind }: CarEvent): boolean =>
    kind === "action_succeeded" || kind === "action_failed" || kind === "action_probed";
  return script.ahead(actionId).find((event): event is AttemptEnd => event.attempt === attempt && isEnd(event));
}

/** A call that somebody was asked about had failed, and the question tells how. */
type AttemptEnd = EventOf<"action_succeeded" | "action_failed" | "action_probed">;

/** What tells how the attempt itself failed: the action may have ended as in doubt because of it. */
export function failureEvent(script: Script, end: AttemptEnd): AttemptEnd | EventOf<"action_in_doubt"> {
  const ahead = script.ahead(end.action_id!);
  const before = ahead[ahead.indexOf(end) - 1];
  return before?.kind === "action_in_doubt" && before.attempt === end.attempt ? before : end;
}

/** The run or the deadline ended the call, not the tool. */
function isGivenUp(end: CarEvent): boolean {
  const code = reasonCodeOf(end);
  return code === "timeout" || code === "in_doubt" || code === "canceled";
}

function answerTo(parts: ReplayParts, attempt: Attempt): JsonValue {
  const { slot, number } = attempt;
  const end = endOf(parts, slot.action.id, number);
  if (end === undefined) throw new RecordedFailure(failed(UNRECORDED));
  parts.script.supply(end);
  exposeRecorded(parts.script, slot);
  if (end.kind !== "action_succeeded") throw new RecordedFailure(failureOf(parts, end));
  const ahead = parts.script.ahead(slot.action.id);
  const changed = ahead.slice(0, ahead.indexOf(end)).findLast((event) => event.kind === "state_changed");
  const { output } = payloadOf(end);
  const writes = handleWrites(slot, changed, output);
  if (writes.size > 0) attempt.ownExtras.writes = writes;
  return output;
}

/** Cannot come true: the event that it leads to is in no recording, so it shows as a divergence. */
const UNRECORDED: Reason = { code: "failed", message: "the recording has no outcome of this attempt" };

function failureOf({ script }: ReplayParts, end: AttemptEnd): ReturnType<typeof failed> {
  const told = failureEvent(script, end) as EventOf<"action_failed" | "action_in_doubt" | "action_probed">;
  const reason = payloadOf(told).reason ?? UNRECORDED;
  const errorClass = (reason.class ?? "terminal") as ErrorClass;
  const ahead = script.ahead(end.action_id!);
  const isTriedAgain = ({ kind }: CarEvent): boolean => kind === "action_retrying" || kind === "action_in_doubt";
  const isRetried = told !== end || ahead.some((event) => isTriedAgain(event) && event.attempt === end.attempt);
  // The pause that a tool asked for is not in the log; that it was too long shows in there being no further attempt.
  return failed(reason, errorClass, isRetried ? undefined : Number.POSITIVE_INFINITY, reason.outcome);
}

/** What a reader gave, when its turn comes: what others do meanwhile comes before that. */
function imageOf(parts: ReplayParts, pending: PendingCalls, { slot }: Attempt): JsonValue | Promise<unknown> {
  const { script } = parts;
  const { id } = slot.action;
  const when = slot.errand!.kind;
  const event = script
    .ahead(id)
    .find((each): each is EventOf<"image_read"> => each.kind === "image_read" && payloadOf(each).when === when);
  // The run had given the action up before anything was read.
  if (event === undefined) return new Promise(() => undefined);
  const give = (): JsonValue => {
    script.supply(event);
    const { output, labels, reason = UNRECORDED } = payloadOf(event);
    if (labels !== undefined) flowNote(slot).read = labelSet(labels);
    if (output !== undefined) return output;
    throw new RecordedFailure(failed(reason, "terminal", Number.POSITIVE_INFINITY, reason.outcome));
  };
  return script.isNext(id) && script.next() === event ? give() : pending.promise(readingName(id), give);
}

/** Names the reading of an action's image. */
export function readingName(actionId: string): string {
  return `${actionId}:image`;
}

/** A compensation's attempts are not told one by one: the last one has the recorded end, those before it failed. */
function undone({ script, undoing, slotOf }: ReplayParts, { slot, number }: Attempt): JsonValue {
  const { id } = slot.action;
  if (!undoing.has(id)) notesOf(slotOf(id)!).unansweredAtUndo -= script.lateAnswers(id);
  undoing.set(id, slot);
  const ahead = script.ahead(id);
  const end = ahead.find(isUndoEnd);
  if (end === undefined) throw new RecordedFailure(failed(UNRECORDED));
  const { attempts } = payloadOf(end);
  // Whoever was asked for permission once more was so before another attempt.
  if (number < attempts || end !== ahead[0]) throw new RecordedFailure(failed(UNRECORDED, "transient"));
  script.supply(end);
  if (end.kind === "compensation_succeeded") return payloadOf(end).output;
  const { reason } = payloadOf(end);
  const errorClass = (reason.class ?? "terminal") as ErrorClass;
  throw new RecordedFailure(failed(reason, errorClass, Number.POSITIVE_INFINITY, reason.outcome));
}

function isUndoEnd(event: CarEvent): event is EventOf<"compensation_succeeded" | "compensation_failed"> {
  return event.kind === "compensation_succeeded" || event.kind === "compensation_failed";
}

/** Others came to a queue while this call was under way: all that could start then did, and those that had no place wait. */
function wasQueuedFor({ script, waits, slots }: ReplayParts): boolean {
  if (!script.hasQueues) return false;
  const ready = [...slots()].filter(({ phase, action }) => phase === "ready" && !waits.has(action.id));
  const next = new Set(ready.map(({ action }) => script.ahead(action.id)[0]?.kind));
  return next.has("rate_limited") && !next.has("action_validated") && !next.has("action_rejected");
}
