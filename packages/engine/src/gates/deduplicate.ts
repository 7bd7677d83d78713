import { effectiveReversibility } from "@car/ir/internal";
import { flowOf } from "../flow/flow-note.js";
import { labelReused } from "../flow/output-labels.js";
import { answerKey } from "../reuse/answer-key.js";
import { emptyReuseNote, type ReuseNote } from "../reuse/reuse-note.js";
import { failed } from "../run/outcome.js";
import { notesOf } from "../run/slot.js";
import { type GateAnswer, type GateRun, type GateSlot, type GateVerdict, PROCEED } from "./gate.js";

/** Answers an idempotent call from its receipt, or makes it the one call that others wait for. */
export function deduplicate(run: GateRun, slot: GateSlot): GateAnswer {
  if (slot.action.type !== "tool_call" || !slot.action.idempotent) return PROCEED;
  return ask(run, slot, answerKey(run, slot, { shared: false }));
}

function ask(run: GateRun, slot: GateSlot, key: string): GateAnswer {
  const found = run.host.receipts.find(run, key, slot);
  if (found.kind === "mine") return own(run, slot, key);
  if (found.kind === "wait") {
    return {
      promise: found.changed,
      timeoutMs: run.config.limits.single_flight_timeout_ms,
      isQueue: true,
      next: ({ kind }) => (kind === "value" ? ask(run, slot, key) : tooLong(run)),
    };
  }
  const { output, writes, runId, actionId, labels } = found.value;
  labelReused(run, slot, labels);
  const note = reuseNote(slot);
  note.servedFrom = "receipt";
  note.writes = writes;
  run.record("action_deduplicated", slot, { from_run_id: runId, from_action_id: actionId, output });
  return { status: "succeeded", output };
}

/** How an action ends that waited for an equal call, of its own kind or in a cache. */
export function tooLong({ config: { limits } }: GateRun): GateVerdict {
  const message = `waited ${limits.single_flight_timeout_ms} ms for the same call to finish`;
  return failed({ code: "timeout", message, class: "timeout" });
}

/** What receipts and caches remember about an action, to be written. */
export function reuseNote(slot: Pick<GateSlot, "notes">): ReuseNote {
  return (notesOf(slot).reuse ??= emptyReuseNote());
}

/**
 * Makes a call that an earlier process began the one that others wait for, until its outcome is decided.
 * @returns gives the place up again, for a call that is to be made anew.
 */
export function holdReceipt(run: GateRun, slot: GateSlot): () => void {
  if (slot.action.type !== "tool_call" || !slot.action.idempotent || slot.tool === undefined) return () => undefined;
  const key = answerKey(run, slot, { shared: false });
  const { receipts } = run.host;
  if (receipts.find(run, key, slot).kind !== "mine") return () => undefined;
  own(run, slot, key);
  return () => {
    if (slot.notes !== undefined) slot.notes.reuse = undefined;
    receipts.drop(run, key);
  };
}

/** A receipt is private until its run commits, except that of a call that no rollback can take back. */
function own(run: GateRun, slot: GateSlot, key: string): GateVerdict {
  const { receipts } = run.host;
  const note = reuseNote(slot);
  // Without its before-image a call is made as an irreversible one.
  const lasting =
    effectiveReversibility(slot.action, slot.tool?.schema) === "irreversible" ||
    slot.notes?.image?.missing !== undefined;
  note.receipt = { key, lasting };
  (note.onEnd ??= []).push((outcome) => {
    if (outcome.status !== "succeeded") return receipts.drop(run, key);
    const { labels } = flowOf(slot);
    const answer = {
      output: outcome.output,
      // What came from a cache goes on whole: this action may declare less of it than the next.
      writes: note.writes ?? slot.notes?.toolWrites ?? [],
      runId: run.scope.run_id,
      actionId: slot.action.id,
      ...(labels.length === 0 ? {} : { labels }),
    };
    const isPrivate = note.receipt?.lasting === false;
    receipts.store(run, key, answer, isPrivate);
    if (isPrivate) (run.ownExtras.privateReceipts ??= []).push(key);
  });
  return PROCEED;
}
