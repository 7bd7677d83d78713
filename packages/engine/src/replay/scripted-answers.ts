import { type CarEvent, type EventKind, type EventOf, payloadOf } from "@car/ir";
import type { ResultCache } from "../reuse/result-cache.js";
import type { Receipts } from "../reuse/receipts.js";
import type { RecordedAnswer } from "../reuse/recorded-answer.js";
import type { Found } from "../reuse/single-flight.js";
import { recordedLabels } from "./recorded-labels.js";
import { reusedWrites } from "./recorded-writes.js";
import type { GateSlot } from "../gates/gate.js";
import type { ReplayParts } from "./replay-parts.js";

/** Receipts that answer what the recording says they answered. */
export function scriptedReceipts(parts: ReplayParts): Receipts {
  return {
    find: (_maker, _key, slot) => find(slot, "action_deduplicated", parts),
    store: () => undefined,
    restore: () => undefined,
    publish: () => undefined,
    drop: () => undefined,
    published: () => [],
    forget: () => undefined,
    clear: () => undefined,
  };
}

/** A cache that answers what the recording says it answered to this action. */
export function scriptedCache(id: string, parts: ReplayParts): ResultCache {
  return {
    find: () => find(parts.slotOf(id)!, "cache_hit", parts),
    store: () => undefined,
    drop: () => undefined,
  };
}

const ENDS_THE_QUESTION: ReadonlySet<EventKind> = new Set<EventKind>([
  // Whoever reads an image has nothing left to wait for.
  "image_read",
  "action_executing",
  "action_failed",
  "action_rejected",
  "action_skipped",
  "rate_limited",
]);

type HitKind = "action_deduplicated" | "cache_hit";

function find(slot: GateSlot, kind: HitKind, parts: ReplayParts): Found<RecordedAnswer> {
  const { id } = slot.action;
  const { script, waits, asked } = parts;
  const ahead = script.ahead(id);
  const end = ahead.findIndex((event) => ENDS_THE_QUESTION.has(event.kind));
  const soon = end < 0 ? ahead : ahead.slice(0, end);
  // Whoever waited for a token had no answer to wait for any more; a wait that was given up may be told after its end.
  const isTokenWait = ahead.some(({ kind }, at) => kind === "rate_limited" && at >= end);
  const hit = soon.find((event): event is EventOf<HitKind> => event.kind === kind);
  const question = `${kind} ${id}`;
  const mayHaveWaited = hasWaited(soon, ahead[end]) || (!parts.hasPolicy && !script.isNext(id));
  if (!asked.has(question) && !isTokenWait && mayHaveWaited) {
    asked.add(question);
    return { kind: "wait", changed: waits.promise(id, () => undefined) };
  }
  if (hit === undefined) return { kind: "mine" };
  const changed = ahead.find((event) => event.kind === "state_changed");
  const labels = recordedLabels(script, id);
  return { kind: "hit", ageMs: 0, value: { ...answerOf(hit, reusedWrites(slot, changed)), labels } };
}

/**
 * Whoever waited was asked for permission once more, and may have been refused it, or gave up, or was given up with the run. Without a policy nobody
 * can tell who was asked; then waiting for the action's turn changes nothing but the order.
 */
function hasWaited(soon: readonly CarEvent[], end: CarEvent | undefined): boolean {
  const isSkipped = end?.kind === "action_skipped" && !foundNoBudget(end);
  const gaveUp = isSkipped || (end?.kind === "action_failed" && end.attempt === undefined);
  return gaveUp || end?.kind === "action_rejected" || soon.some(({ kind }) => kind === "policy_decided");
}

/** Whether it was this action itself that found no budget left; a run that is stopped for it names another action, or its duration. */
function foundNoBudget(end: EventOf<"action_skipped">): boolean {
  const { code, action_id, limit } = payloadOf(end).reason;
  return code === "budget_exceeded" && action_id === undefined && limit !== "max_duration_ms";
}

function answerOf(hit: EventOf<HitKind>, writes: RecordedAnswer["writes"]): RecordedAnswer {
  const { output, from_run_id: runId, from_action_id: actionId } = payloadOf(hit);
  return { output, writes, runId, actionId };
}
