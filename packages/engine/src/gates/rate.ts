import type { QueueWait } from "../limits/semaphore.js";
import { failed } from "../run/outcome.js";
import { type GateAnswer, type GateRun, type GateSlot, PROCEED } from "./gate.js";

/** Holds a call back until its tool's rate limit has a token. */
export function limitRate(run: GateRun, slot: GateSlot): GateAnswer {
  const token = slot.tool?.bucket?.take();
  return token === undefined ? PROCEED : waitForToken(run, slot, token);
}

function waitForToken(run: GateRun, slot: GateSlot, queue: QueueWait): GateAnswer {
  const from = run.time;
  const timeoutMs = run.config.limits.rate_limit_timeout_ms;
  const { name } = slot.tool!.schema;
  const record = (granted: boolean): void =>
    run.record("rate_limited", slot, { tool: name, waited_ms: run.time - from, granted });
  return {
    promise: queue.granted,
    timeoutMs,
    isQueue: true,
    giveUp: (isTimeout) => {
      queue.cancel();
      if (!isTimeout) record(false);
    },
    next: ({ kind }) => {
      record(kind === "value");
      if (kind === "value") return PROCEED;
      const message = `waited ${timeoutMs} ms for the rate limit of tool \`${name}\``;
      return failed({ code: "timeout", message, class: "timeout" }, "terminal");
    },
  };
}
