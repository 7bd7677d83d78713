import type { ToolSchema } from "@car/ir";
import type { ActionRun } from "./action-run.js";
import { limitsOf } from "./plan.js";
import { actionAt, type ModelRun } from "./run.js";
import type { Bucket } from "./world.js";

/** Tokens come in fractions: what a rounding error has taken off does not count. */
const ENOUGH = 1 - 1e-9;

/**
 * Takes a token of the rate limit of the action's tool, or lets it wait for one.
 * @returns whether the action goes on at once.
 */
export function takeToken(run: ModelRun, action: ActionRun): boolean {
  const { tool, index } = action.planned;
  if (tool?.rate_limit === undefined) return true;
  const queue = queueOf(run, tool.name);
  if (queue.length === 0 && spend(run, tool)) return true;
  run.queues.set(tool.name, [...queue, index]);
  action.phase = "queued";
  const at = run.now + limitsOf(run.world).rate_limit_timeout_ms;
  run.agenda = [...run.agenda, { at, kind: "rate_timed_out", index, attempt: action.attempts }];
  return false;
}

/** The times at which the first of each queue gets its token. */
export function tokenTimes(run: ModelRun): readonly { readonly at: number; readonly index: number }[] {
  return [...run.queues.keys()].flatMap((name) => {
    const [index] = queueOf(run, name);
    if (index === undefined) return [];
    const tool = actionAt(run, index).planned.tool;
    return tool === undefined ? [] : [{ at: run.now + msToToken(run, tool), index }];
  });
}

/** Gives the first of the queue its token: it leaves the queue. */
export function grantToken(run: ModelRun, { planned: { tool, index } }: ActionRun): void {
  if (tool === undefined || !spend(run, tool)) throw new TypeError("there is no token");
  run.queues.set(
    tool.name,
    queueOf(run, tool.name).filter((other) => other !== index),
  );
}

/** Takes a token now; false when there is none. */
export function spend(run: ModelRun, tool: ToolSchema): boolean {
  const { tokens } = bucketOf(run, tool);
  if (tokens < ENOUGH) return false;
  run.buckets.set(tool.name, { tokens: Math.max(0, tokens - 1), at: run.now });
  return true;
}

/** Milliseconds until there is a token; 0 when there is one. */
export function msToToken(run: ModelRun, tool: ToolSchema): number {
  const { tokens } = bucketOf(run, tool);
  return tokens >= ENOUGH ? 0 : (1 - tokens) / perMs(tool);
}

/** Those that still wait. Who has given up is in no queue. */
function queueOf(run: ModelRun, name: string): readonly number[] {
  return (run.queues.get(name) ?? []).filter((index) => actionAt(run, index).phase === "queued");
}

/** A token bucket: full at first, and refilled evenly. */
function bucketOf({ buckets, now }: ModelRun, tool: ToolSchema): Bucket {
  const most = tool.rate_limit?.max_calls ?? Infinity;
  const { tokens, at } = buckets.get(tool.name) ?? { tokens: most, at: now };
  return { tokens: Math.min(most, tokens + (now - at) * perMs(tool)), at: now };
}

function perMs({ rate_limit }: ToolSchema): number {
  return rate_limit === undefined ? Infinity : rate_limit.max_calls / (rate_limit.interval_secs * 1_000);
}
