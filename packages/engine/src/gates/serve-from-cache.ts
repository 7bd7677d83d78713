import { flowOf } from "../flow/flow-note.js";
import { labelReused } from "../flow/output-labels.js";
import { answerKey } from "../reuse/answer-key.js";
import type { ResultCache } from "../reuse/result-cache.js";
import { reuseNote, tooLong } from "./deduplicate.js";
import { type GateAnswer, type GateRun, type GateSlot, PROCEED } from "./gate.js";

/** Answers a call from its tool's cache, or makes it the one call that fills the cache. */
export function serveFromCache(run: GateRun, slot: GateSlot): GateAnswer {
  const cache = slot.tool?.cache;
  if (cache === undefined) return PROCEED;
  return ask(run, slot, cache, answerKey(run, slot, { shared: slot.tool!.schema.shared }));
}

function ask(run: GateRun, slot: GateSlot, cache: ResultCache, key: string): GateAnswer {
  const found = cache.find(key, run);
  if (found.kind === "wait") {
    return {
      promise: found.changed,
      timeoutMs: run.config.limits.single_flight_timeout_ms,
      isQueue: true,
      next: ({ kind }) => (kind === "value" ? ask(run, slot, cache, key) : tooLong(run)),
    };
  }
  const note = reuseNote(slot);
  if (found.kind === "mine") {
    (note.onEnd ??= []).push((outcome) => {
      if (outcome.status !== "succeeded") return cache.drop(key, run);
      const { output } = outcome;
      const writes = slot.notes?.toolWrites ?? [];
      const { labels } = flowOf(slot);
      const answer = { output, writes, labels, runId: run.scope.run_id, actionId: slot.action.id };
      cache.store(key, answer, { maker: run, isPrivate: false });
    });
    return PROCEED;
  }
  const { output, writes, runId, actionId, labels } = found.value;
  labelReused(run, slot, labels);
  note.servedFrom = "cache";
  note.writes = writes;
  run.record("cache_hit", slot, { from_run_id: runId, from_action_id: actionId, age_ms: found.ageMs, output });
  return { status: "succeeded", output };
}
