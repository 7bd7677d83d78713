import { failed } from "../run/outcome.js";
import type { QueueWait } from "../limits/semaphore.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import { wait } from "../run/wait.js";
import { type GateVerdict, PROCEED } from "./gate.js";

/** Holds a call back until its tool's rate limit has a token and its tool has a free place. */
export function limitRate(run: Run, slot: Slot): GateVerdict | Promise<GateVerdict> {
  const { tool } = slot;
  if (tool === undefined || (tool.bucket === undefined && tool.slots === undefined)) return PROCEED;
  const token = tool.bucket?.take();
  if (token === undefined) return takePlace(run, slot);
  return waitInQueue(run, slot, { queue: token, what: "rate limit" }).then((verdict) =>
    verdict === PROCEED ? takePlace(run, slot) : verdict,
  );
}

function takePlace(run: Run, slot: Slot): GateVerdict | Promise<GateVerdict> {
  const places = slot.tool!.slots;
  if (places === undefined) return PROCEED;
  const place = places.acquire();
  if (place === undefined) {
    slot.release = () => places.release();
    return PROCEED;
  }
  return waitInQueue(run, slot, { queue: place, what: "concurrency limit" }).then((verdict) => {
    if (verdict === PROCEED) slot.release = () => places.release();
    return verdict;
  });
}

async function waitInQueue(
  run: Run,
  slot: Slot,
  { queue, what }: { readonly queue: QueueWait; readonly what: string },
): Promise<GateVerdict> {
  const from = run.time;
  const timeoutMs = run.config.limits.rate_limit_timeout_ms;
  const end = await wait(run, slot, { promise: queue.granted, timeoutMs, onGiveUp: () => queue.cancel() });
  slot.waited = true;
  const name = slot.tool!.schema.name;
  run.record("rate_limited", slot, { tool: name, what, waited_ms: run.tick() - from, granted: end.kind === "value" });
  if (end.kind === "value") return PROCEED;
  const message = `waited ${timeoutMs} ms for the ${what} of tool \`${name}\``;
  return failed({ code: "timeout", message, class: "timeout" }, "terminal");
}
