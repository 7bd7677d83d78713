import { failed } from "../run/outcome.js";
import type { QueueWait } from "../limits/semaphore.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import { wait } from "../run/wait.js";
import { type GateVerdict, PROCEED } from "./gate.js";

/** Holds a call back until its tool's rate limit has a token. */
export function limitRate(run: Run, slot: Slot): GateVerdict | Promise<GateVerdict> {
  const token = slot.tool?.bucket?.take();
  return token === undefined ? PROCEED : waitForToken(run, slot, token);
}

async function waitForToken(run: Run, slot: Slot, queue: QueueWait): Promise<GateVerdict> {
  const from = run.time;
  const timeoutMs = run.config.limits.rate_limit_timeout_ms;
  const end = await wait(run, slot, { promise: queue.granted, timeoutMs, onGiveUp: () => queue.cancel() });
  slot.waited = true;
  const name = slot.tool!.schema.name;
  run.record("rate_limited", slot, { tool: name, waited_ms: run.tick() - from, granted: end.kind === "value" });
  if (end.kind === "value") return PROCEED;
  const message = `waited ${timeoutMs} ms for the rate limit of tool \`${name}\``;
  return failed({ code: "timeout", message, class: "timeout" }, "terminal");
}
