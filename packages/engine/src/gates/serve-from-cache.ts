import { answerKey } from "../reuse/answer-key.js";
import type { ResultCache } from "../reuse/result-cache.js";
import { labelReused } from "../flow/output-labels.js";
import { failed } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import { wait } from "../run/wait.js";
import { type GateVerdict, PROCEED } from "./gate.js";

/** Answers a call from its tool's cache, or makes it the one call that fills the cache. */
export function serveFromCache(run: Run, slot: Slot): GateVerdict | Promise<GateVerdict> {
  const cache = slot.tool?.cache;
  if (cache === undefined) return PROCEED;
  return ask(run, slot, { cache, key: answerKey(run, slot, { shared: slot.tool!.schema.shared }) });
}

interface Question {
  readonly cache: ResultCache;
  readonly key: string;
}

function ask(run: Run, slot: Slot, question: Question): GateVerdict | Promise<GateVerdict> {
  const { cache, key } = question;
  const found = cache.find(key, run);
  if (found.kind === "wait") return askLater(run, slot, { ...question, changed: found.changed });
  if (found.kind === "mine") {
    slot.whenEnded((outcome) => {
      if (outcome.status !== "succeeded") return cache.drop(key);
      const { output } = outcome;
      const { labels, toolWrites: writes } = slot;
      cache.store(key, { output, writes, labels, runId: run.scope.run_id, actionId: slot.action.id });
    });
    return PROCEED;
  }
  const { output, writes, runId, actionId, labels } = found.value;
  labelReused(run, slot, labels);
  slot.cached = true;
  slot.reused = writes;
  run.record("cache_hit", slot, { from_run_id: runId, from_action_id: actionId, age_ms: found.ageMs, output });
  return { status: "succeeded", output };
}

async function askLater(
  run: Run,
  slot: Slot,
  question: Question & { readonly changed: Promise<void> },
): Promise<GateVerdict> {
  const { epoch } = slot;
  const timeoutMs = run.config.limits.single_flight_timeout_ms;
  const end = await wait(run, slot, { promise: question.changed, timeoutMs });
  run.tick();
  slot.waited = true;
  if (end.kind === "value" && slot.epoch === epoch) return ask(run, slot, question);
  return failed({ code: "timeout", message: `waited ${timeoutMs} ms for the same call to finish`, class: "timeout" });
}
