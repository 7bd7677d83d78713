import { effectiveReversibility } from "@car/ir";
import { answerKey } from "../reuse/answer-key.js";
import { labelReused } from "../flow/output-labels.js";
import { failed } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import { wait } from "../run/wait.js";
import { type GateVerdict, PROCEED } from "./gate.js";

/** Answers an idempotent call from its receipt, or makes it the one call that others wait for. */
export function deduplicate(run: Run, slot: Slot): GateVerdict | Promise<GateVerdict> {
  if (slot.action.type !== "tool_call" || !slot.action.idempotent) return PROCEED;
  return ask(run, slot, answerKey(run, slot, { shared: false }));
}

function ask(run: Run, slot: Slot, key: string): GateVerdict | Promise<GateVerdict> {
  const found = run.services.receipts.find(key, run, slot);
  if (found.kind === "mine") return own(run, slot, key);
  if (found.kind === "wait") return askLater(run, slot, { key, changed: found.changed });
  const { output, writes, runId, actionId, labels } = found.value;
  labelReused(run, slot, labels);
  slot.deduplicated = true;
  slot.reused = writes;
  run.record("action_deduplicated", slot, { from_run_id: runId, from_action_id: actionId, output });
  return { status: "succeeded", output };
}

async function askLater(
  run: Run,
  slot: Slot,
  { key, changed }: { readonly key: string; readonly changed: Promise<void> },
): Promise<GateVerdict> {
  const { epoch } = slot;
  const timeoutMs = run.config.limits.single_flight_timeout_ms;
  const end = await wait(run, slot, { promise: changed, timeoutMs });
  run.tick();
  slot.waited = true;
  if (end.kind === "value" && slot.epoch === epoch) return ask(run, slot, key);
  return failed({ code: "timeout", message: `waited ${timeoutMs} ms for the same call to finish`, class: "timeout" });
}

/**
 * Makes a call that an earlier process began the one that others wait for, until its outcome is decided.
 * @returns gives the place up again, for a call that is to be made anew.
 */
export function holdReceipt(run: Run, slot: Slot): () => void {
  if (slot.action.type !== "tool_call" || !slot.action.idempotent || slot.tool === undefined) return () => undefined;
  const key = answerKey(run, slot, { shared: false });
  const { receipts } = run.services;
  if (receipts.find(key, run, slot).kind !== "mine") return () => undefined;
  own(run, slot, key);
  return () => {
    slot.receipt = undefined;
    slot.onEnd = undefined;
    receipts.drop(key);
  };
}

/** A receipt is private until its run commits, except that of a call that no rollback can take back. */
function own(run: Run, slot: Slot, key: string): GateVerdict {
  const { receipts } = run.services;
  const lasting = effectiveReversibility(slot.action, slot.tool?.schema) === "irreversible";
  slot.receipt = { key, lasting };
  slot.whenEnded((outcome) => {
    if (outcome.status !== "succeeded") return receipts.drop(key);
    const answer = {
      output: outcome.output,
      // What came from a cache goes on whole: this action may declare less of it than the next.
      writes: slot.reused ?? slot.toolWrites,
      runId: run.scope.run_id,
      actionId: slot.action.id,
      ...(slot.labels.length === 0 ? {} : { labels: slot.labels }),
    };
    receipts.store(key, answer, lasting ? undefined : run);
    if (!lasting) (run.privateReceipts ??= []).push(key);
  });
  return PROCEED;
}
