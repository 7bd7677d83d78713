import { describe, expect, it } from "vitest";
import { call, tool } from "../testing/fixtures.js";
import { ended, handMadeRun, waitOf } from "../testing/hand-made-run.js";
import { PROCEED } from "./gate.js";
import { limitRate } from "./rate.js";

function twoCalls(limits: object = {}) {
  const tools = [tool("use", () => 1, { rate_limit: { max_calls: 1, interval_secs: 1 } })];
  const made = handMadeRun({ tools, actions: [call("a", "use"), call("b", "use")], limits });
  return { ...made, a: made.slot("a"), b: made.slot("b") };
}

describe("the gate `rate`", () => {
  it("[5.6] lets calls of a tool without a limit through", () => {
    const { run, slot } = handMadeRun({ tools: [tool("use", () => 1)], actions: [call("a", "use")] });
    expect(limitRate(run, slot("a"))).toBe(PROCEED);
  });

  it("[5.6] makes a call wait for its token, which is an event, and asks for permission again afterwards", async () => {
    const { run, a, b, later, events } = twoCalls();
    expect(limitRate(run, a)).toBe(PROCEED);
    const wait = limitRate(run, b);
    expect(waitOf(wait)).toMatchObject({ timeoutMs: run.config.limits.rate_limit_timeout_ms, isQueue: true });
    later(1_000);
    expect(await ended(wait)).toBe(PROCEED);
    expect(events).toEqual([["rate_limited", { tool: "use", waited_ms: 1_000, granted: true }]]);
  });

  it("[5.6] a wait that takes too long fails, and is an event", () => {
    const { run, a, b, later, events } = twoCalls({ rate_limit_timeout_ms: 10 });
    limitRate(run, a);
    const wait = waitOf(limitRate(run, b));
    later(10);
    wait.giveUp?.(true);
    expect(wait.next({ kind: "timeout" })).toMatchObject({ status: "failed", reason: { code: "timeout" } });
    expect(events).toEqual([["rate_limited", { tool: "use", waited_ms: 10, granted: false }]]);
  });

  it("[5.6] a call that waits no more leaves its token to the next, and no timer", () => {
    const { run, a, b, later, clock } = twoCalls();
    limitRate(run, a);
    waitOf(limitRate(run, b)).giveUp?.(false);
    expect(clock.pending()).toBe(0);
    later(1_000);
    expect(limitRate(run, b)).toBe(PROCEED);
  });
});
