import type { RegisteredTool } from "../config/registered-tool.js";
import type { Semaphore } from "../limits/semaphore.js";
import type { TokenBucket } from "../limits/token-bucket.js";
import type { Plan } from "../plan/plan.js";
import { reasonCodeOf } from "./reason-code.js";
import type { ReplayParts } from "./replay-parts.js";
import { scriptedCache } from "./scripted-answers.js";

/**
 * A plan whose every action has its tool for itself: what tools share with other runs (places, tokens, cached results,
 * being revoked) happens to it when the recording says so.
 */
export function scriptedPlan(plan: Plan, parts: ReplayParts): Plan {
  const tools = plan.tools.map((tool, index) => tool && scriptedTool(tool, plan.actionIds[index]!, parts));
  return { ...plan, tools };
}

function scriptedTool(tool: RegisteredTool, id: string, parts: ReplayParts): RegisteredTool {
  const { script } = parts;
  const reserve = {};
  parts.reserves.set(reserve, id);
  return Object.create(tool, {
    reserve: { value: reserve },
    revoked: { get: () => reasonCodeOf(script.ahead(id)[0]) === "revoked" },
    slots: { value: tool.slots && scriptedPlaces(id, parts) },
    bucket: { value: tool.bucket && scriptedBucket(tool.bucket, id, parts) },
    cache: { value: tool.cache && scriptedCache(id, parts) },
  }) as RegisteredTool;
}

/** There is a place exactly when the action was the next to start; whoever waited for one said so. */
function scriptedPlaces(id: string, { script, waits, timers }: ReplayParts): Semaphore {
  let hasWaited = false;
  return {
    tryAcquire() {
      const mustWait = !hasWaited && script.ahead(id)[0]?.kind === "rate_limited";
      return !mustWait && script.isNext(id) && script.next()!.kind !== "action_skipped";
    },
    release: () => undefined,
    whenFree(onFree) {
      hasWaited = true;
      // Whoever waits for a place sets the timer that bounds the wait right after this.
      waits.set(id, { go: onFree, giveUp: () => timers.newest()?.fire() });
      return () => void waits.take(id);
    },
  };
}

function scriptedBucket(bucket: TokenBucket, id: string, { script, waits }: ReplayParts): TokenBucket {
  return {
    maxCalls: bucket.maxCalls,
    intervalMs: bucket.intervalMs,
    take() {
      // Also a wait that the run gave up is told, after the action's end.
      const next = script.ahead(id).find(({ kind }) => kind === "rate_limited" || kind === "action_executing");
      if (next?.kind !== "rate_limited") return undefined;
      return { granted: waits.promise(id, () => undefined), cancel: () => undefined };
    },
  };
}
