import { describe, expect, it } from "vitest";
import type { Outcome } from "../run/outcome.js";
import { call, tool } from "../testing/fixtures.js";
import { ended, handMadeRun, waitOf } from "../testing/hand-made-run.js";
import { deduplicate } from "./deduplicate.js";
import { type GateRun, type GateSlot, PROCEED } from "./gate.js";

const tools = [tool("pay", () => 1), tool("read", () => 1, { reversibility: "reversible" })];
const DONE: Outcome = { status: "succeeded", output: { id: 7 } };

function twoCalls(name = "pay", more: object = {}) {
  const same = { parameters: { n: 1 }, idempotent: true, ...more };
  const made = handMadeRun({ tools, actions: [call("a", name, same), call("b", name, same)] });
  /** The end of an action, as those hear of it who wait for its answer. */
  const tell = ({ notes }: GateSlot, outcome: Outcome): void => notes?.reuse?.onEnd?.forEach((each) => each(outcome));
  return { ...made, a: made.slot("a"), b: made.slot("b"), tell };
}

describe("the gate `deduplicate`", () => {
  it("[5.4] concerns calls that say they are idempotent, and no others", () => {
    const { run, a, b } = twoCalls("pay", { idempotent: false });
    expect([deduplicate(run, a), deduplicate(run, b)]).toEqual([PROCEED, PROCEED]);
    expect(b.notes?.reuse).toBeUndefined();
  });

  it("[5.4] answers an equal call from the receipt of the first", () => {
    const { run, a, b, tell, events } = twoCalls();
    expect(deduplicate(run, a)).toBe(PROCEED);
    tell(a, DONE);
    expect(deduplicate(run, b)).toEqual(DONE);
    expect(b.notes?.reuse?.servedFrom).toBe("receipt");
    expect(events).toEqual([["action_deduplicated", { from_run_id: "run", from_action_id: "a", output: { id: 7 } }]]);
  });

  it("[5.4] makes an equal call wait, within bounds, and asks for permission again afterwards", async () => {
    const { run, a, b, tell } = twoCalls();
    deduplicate(run, a);
    const wait = deduplicate(run, b);
    expect(waitOf(wait)).toMatchObject({ timeoutMs: run.config.limits.single_flight_timeout_ms, isQueue: true });
    expect(waitOf(wait).next({ kind: "timeout" })).toMatchObject({ status: "failed", reason: { code: "timeout" } });
    tell(a, DONE);
    expect(await ended(wait)).toEqual(DONE);
  });

  it("[5.4] lets the one that waited take the place of the first, when that comes to nothing", async () => {
    const { run, a, b, tell } = twoCalls();
    deduplicate(run, a);
    const wait = deduplicate(run, b);
    tell(a, { status: "failed", reason: { code: "failed", message: "no" } });
    expect(await ended(wait)).toBe(PROCEED);
    expect(b.notes?.reuse?.receipt).toBeDefined();
  });

  it("[5.4] keeps the receipt of what can be undone to the run until that commits", () => {
    for (const [name, isPrivate] of [
      ["pay", false],
      ["read", true],
    ] as const) {
      const { run, a, b, tell } = twoCalls(name);
      deduplicate(run, a);
      tell(a, DONE);
      const other = { ...run, principal: run.principal } as unknown as GateRun;
      const answer = deduplicate(other, b);
      if (isPrivate) waitOf(answer);
      else expect(answer).toEqual(DONE);
    }
  });

  it("[EN-128] tells principals apart", () => {
    const { run, a, b, tell } = twoCalls();
    deduplicate(run, a);
    tell(a, DONE);
    expect(deduplicate({ ...run, principal: "bob" } as unknown as GateRun, b)).toBe(PROCEED);
  });
});
