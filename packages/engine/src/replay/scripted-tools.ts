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

/** There is a place at once, but for those who waited: they said so, or never came to a gate. */
function scriptedPlaces(id: string, { script, waits, timers }: ReplayParts): Semaphore {
  let hasWaited = false;
  return {
    tryAcquire() {
      const [ahead] = script.ahead(id);
      if (ahead?.kind === "rate_limited") return hasWaited;
      // Who ended before a gate was asked had no place until then.
      return ahead?.kind !== "action_skipped" && ahead?.kind !== "action_failed";
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
