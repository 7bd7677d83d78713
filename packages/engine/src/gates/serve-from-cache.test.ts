import { describe, expect, it } from "vitest";
import type { Outcome } from "../run/outcome.js";
import { call, tool } from "../testing/fixtures.js";
import { ended, handMadeRun, waitOf } from "../testing/hand-made-run.js";
import { type GateRun, type GateSlot, PROCEED } from "./gate.js";
import { serveFromCache } from "./serve-from-cache.js";

const DONE: Outcome = { status: "succeeded", output: 7 };

function twoReads(host: object = { cache_ttl_secs: 1 }) {
  const tools = [tool("read", () => 1, { reversibility: "reversible", ...host })];
  const actions = [call("a", "read", { parameters: { n: 1 } }), call("b", "read", { parameters: { n: 1 } })];
  const made = handMadeRun({ tools, actions });
  const tell = ({ notes }: GateSlot, outcome: Outcome): void => notes?.reuse?.onEnd?.forEach((each) => each(outcome));
  return { ...made, a: made.slot("a"), b: made.slot("b"), tell };
}

describe("the gate `cache`", () => {
  it("[5.5] concerns tools with a time to live, and no others", () => {
    const { run, a, b } = twoReads({});
    expect([serveFromCache(run, a), serveFromCache(run, b)]).toEqual([PROCEED, PROCEED]);
  });

  it("[5.5] serves an answer as long as it is fresh, and says how old it is", () => {
    const { run, a, b, tell, later, events } = twoReads();
    expect(serveFromCache(run, a)).toBe(PROCEED);
    tell(a, DONE);
    later(999);
    expect(serveFromCache(run, b)).toEqual(DONE);
    expect(b.notes?.reuse?.servedFrom).toBe("cache");
    expect(events).toEqual([["cache_hit", { from_run_id: "run", from_action_id: "a", age_ms: 999, output: 7 }]]);
    later(1);
    expect(serveFromCache(run, b)).toBe(PROCEED);
  });

  it("[5.5] makes an equal call wait for the one under way, and take its place when that fails", async () => {
    const { run, a, b, tell } = twoReads();
    serveFromCache(run, a);
    const wait = serveFromCache(run, b);
    expect(waitOf(wait)).toMatchObject({ isQueue: true });
    expect(waitOf(wait).next({ kind: "timeout" })).toMatchObject({ status: "failed", reason: { code: "timeout" } });
    tell(a, { status: "failed", reason: { code: "failed", message: "no" } });
    expect(await ended(wait)).toBe(PROCEED);
  });

  it("[5.5] tells principals apart, unless the tool is shared", () => {
    for (const [shared, expected] of [
      [false, PROCEED],
      [true, DONE],
    ] as const) {
      const { run, a, b, tell } = twoReads({ cache_ttl_secs: 1, shared });
      serveFromCache(run, a);
      tell(a, DONE);
      expect(serveFromCache({ ...run, principal: "bob" } as unknown as GateRun, b)).toEqual(expected);
    }
  });
});
