import { ALLOW, type Decision, type PolicyEngine, type PolicyRequest } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { CallHistory } from "../session/call-history.js";
import { call, tool } from "../testing/fixtures.js";
import { AGAIN, ended, FIRST, handMadeRun, waitOf } from "../testing/hand-made-run.js";
import { authorize } from "./authorize.js";
import { PROCEED } from "./gate.js";

const tools = [tool("use", () => 1)];
const WISH: Decision = { effect: "require_approval", reasons: [{ policy_id: "p", message: "ask" }] };
const DENIAL: Decision = { effect: "deny", reasons: [{ policy_id: "p", message: "no" }] };
const FAILED = { status: "rejected", reason: { code: "policy_denied", policies: ["policy_error"] } };

function asking(check: (request: PolicyRequest) => unknown, more: object = {}) {
  const policy = { version: "1", supports: { rateLimits: false }, check: check as PolicyEngine["check"] };
  const made = handMadeRun({ tools, actions: [call("a", "use", { parameters: { n: 1 } })], policy, ...more });
  return { ...made, a: made.slot("a") };
}

describe("the gate `authorize`", () => {
  it("[6.1] without a policy has no objection", () => {
    const { run, slot, events } = handMadeRun({ tools, actions: [call("a", "use")] });
    expect(authorize(run, slot("a"), FIRST)).toBe(PROCEED);
    expect(events).toEqual([]);
  });

  it("[6.1] lets through what is allowed, and refuses what is denied, with every reason in the log", () => {
    const yes = asking(() => ALLOW);
    expect(authorize(yes.run, yes.a, FIRST)).toBe(PROCEED);
    expect(yes.events).toEqual([["policy_decided", ALLOW]]);
    const no = asking(() => DENIAL);
    expect(authorize(no.run, no.a, FIRST)).toMatchObject({
      status: "rejected",
      reason: { code: "policy_denied", policies: ["p"] },
    });
    expect(no.events.map(([kind]) => kind)).toEqual(["policy_decided", "policy_violation"]);
  });

  it("[4.1] tells the policy what is asked, and that it is asked again", () => {
    const seen: PolicyRequest[] = [];
    const { run, a } = asking((request) => (seen.push(request), ALLOW));
    authorize(run, a, FIRST);
    authorize(run, a, AGAIN);
    expect(seen.map(({ mode }) => mode)).toEqual(["decide", "recheck"]);
    expect(seen[0]).toMatchObject({ parameters: { n: 1 }, principal: "ann", attempt: 1, now: 1_000 });
  });

  it("[6.5] remembers the wish of the last decision only", () => {
    const answers = [WISH, ALLOW];
    const { run, a } = asking(() => answers.shift());
    expect(authorize(run, a, FIRST)).toBe(PROCEED);
    expect(a.notes?.approval?.wish).toEqual(WISH);
    authorize(run, a, AGAIN);
    expect(a.notes?.approval?.wish).toBeUndefined();
  });

  it("[EN-126] [6.1] bounds the reasons, and asks nobody about what is not shown", () => {
    const reasons = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ policy_id: `p${at}`, message: "m".repeat(5_000) }));
    const decide = (effect: string, count: number, shadow?: object) => {
      const { run, a, events } = asking(() => ({ effect, reasons: reasons(count), ...(shadow && { shadow }) }));
      const verdict = authorize(run, a, FIRST);
      return { verdict, decision: events[0]![1] as Decision };
    };
    const { verdict, decision } = decide("deny", 100_000);
    expect(decision.reasons).toHaveLength(256);
    expect(decision.reasons.at(-1)).toEqual({ policy_id: "policy_reasons", message: "and 99745 more" });
    expect(JSON.stringify([verdict, decision]).length).toBeLessThan(600_000);
    expect(decide("require_approval", 256).verdict).toBe(PROCEED);
    expect(decide("require_approval", 257).verdict).toMatchObject({ reason: { code: "policy_denied" } });
    const tried = decide("allow", 0, { version: "2", effect: "deny", reasons: reasons(1_000) });
    expect(tried.decision.shadow?.reasons).toHaveLength(256);
    const { run, a, events } = asking(() => decision);
    authorize(run, a, FIRST);
    expect(events[0]![1], "what is kept is not cut again").toEqual(decision);
  });

  const trap = (): never => {
    throw new Error("hunter2");
  };
  it.each<[string, () => unknown]>([
    ["nothing", () => undefined],
    ["a boolean", () => true],
    ["an effect of its own", () => ({ effect: "perhaps", reasons: [] })],
    ["no reasons", () => ({ effect: "allow" })],
    ["a reason that is null", () => ({ effect: "deny", reasons: [null] })],
    [
      "a reason without text",
      () => ({ effect: "require_approval", reasons: [{ policy_id: 1n, message: Symbol("m") }] }),
    ],
    ["a getter that throws", () => Object.defineProperty({ reasons: [] }, "effect", { get: trap })],
    ["a proxy that throws", () => new Proxy({}, { get: trap, has: trap, getPrototypeOf: trap })],
    ["an exception", trap],
    [
      "a thenable that throws",
      () => ({
        get then() {
          return trap();
        },
      }),
    ],
  ])("[EN-126] [6.1] denies for a policy that gives %s, and tells nobody but the logger why", (_what, check) => {
    const { run, a, events } = asking(check);
    const answer = authorize(run, a, FIRST);
    expect(answer).toMatchObject(FAILED);
    expect(JSON.stringify([answer, events])).not.toContain("hunter2");
  });

  it("[EN-126] [6.1] waits for a policy within its time, and denies for one that rejects or says nothing", async () => {
    const late = asking(() => Promise.resolve(DENIAL), { limits: { policy_timeout_ms: 50 } });
    const wait = authorize(late.run, late.a, FIRST);
    expect(waitOf(wait)).toMatchObject({ timeoutMs: 50 });
    expect(await ended(wait)).toMatchObject({ status: "rejected", reason: { code: "policy_denied" } });
    const bad = asking(() => Promise.reject(new Error("x")));
    expect(await ended(authorize(bad.run, bad.a, FIRST))).toMatchObject(FAILED);
    expect(waitOf(authorize(late.run, late.a, FIRST)).next({ kind: "timeout" })).toMatchObject(FAILED);
  });

  it("[EN-79] counts a call once, when it is let through", () => {
    const history = new CallHistory();
    const answers = [DENIAL, ALLOW, ALLOW];
    const { run, a } = asking(() => answers.shift(), { history });
    const counts = [1, 2, 3].map(() => (authorize(run, a, FIRST), history.calls("use")));
    expect(counts).toEqual([0, 1, 1]);
  });
});
