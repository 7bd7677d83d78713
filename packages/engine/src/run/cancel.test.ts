import { getEventListeners } from "node:events";
import { memoryApprovalStore } from "@car/approvals";
import { requireApproval, rulePolicy } from "@car/policy";
import { memoryStateStore } from "@car/state";
import { ALLOW, type PolicyEngine } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import type { RuntimeOptions } from "../runtime-options.js";
import { call, statuses, testRuntime, tool } from "../testing/fixtures.js";

const FREE = { reversibility: "reversible" } as const;
const WRITE = { id: "w", type: "state_write", parameters: { key: "k", value: 1 } } as const;

/** A tool that is never answered, and how often the others were called. */
function setUp(options: RuntimeOptions = {}) {
  const calls: string[] = [];
  const tools = [
    tool("pay", () => (calls.push("pay"), 1)),
    tool("wait", () => (calls.push("wait"), new Promise(() => undefined)), FREE),
    tool("few", () => (calls.push("few"), 1), { ...FREE, max_concurrency: 1 }),
  ];
  return { ...testRuntime({ tools, limits: { drain_timeout_ms: 50 }, ...options }), calls };
}

function policyOf(check: () => unknown): PolicyEngine {
  return { version: "1", supports: { rateLimits: false }, check: check as PolicyEngine["check"] };
}

describe("a signal", () => {
  it("[EN-134] cancels any number of runs, with one listener, and none when they have ended", async () => {
    const { runtime, clock } = setUp();
    const { signal, abort } = controller();
    const runs = Array.from({ length: 20 }, () => runtime.execute({ actions: [call("a", "wait")] }, { signal }));
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    const other = controller();
    const done = runtime.execute({ actions: [call("a", "pay")] }, { signal: other.signal });
    expect((await done).status).toBe("committed");
    expect(getEventListeners(other.signal, "abort")).toHaveLength(0);
    abort();
    await clock.advanceAsync(50);
    expect(new Set((await Promise.all(runs)).map(({ status }) => status))).toEqual(new Set(["canceled"]));
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it.each<[string, (abort: () => void) => RuntimeOptions]>([
    ["the policy is asked", (abort) => ({ policy: policyOf(() => (abort(), ALLOW)) })],
    ["the policy thinks", (abort) => ({ policy: policyOf(() => Promise.resolve().then(() => (abort(), ALLOW))) })],
  ])("[EN-134] [5.8] is heard while %s", async (_what, options) => {
    const { signal, abort } = controller();
    const { runtime, calls, clock } = setUp(options(abort));
    const running = runtime.execute({ actions: [call("a", "pay")] }, { signal });
    await clock.advanceAsync(100);
    expect((await running).status).toBe("canceled");
    expect(calls).toEqual([]);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("[EN-134] [EN-123] [5.8] is heard by a run that a call has started, at the moment at which that is admitted", async () => {
    const { signal, abort } = controller();
    const child = tool("child", (_, { execute }) =>
      execute({ actions: [call("a", "pay")] }).then(({ status }) => status),
    );
    const { runtime, calls, clock } = setUp();
    runtime.registerTool(child);
    let admitted = 0;
    runtime.subscribe(() => void (++admitted === 2 && abort()), { kinds: ["proposal_admitted"] });
    const running = runtime.execute({ actions: [call("c", "child")] }, { signal });
    await clock.advanceAsync(100);
    expect([(await running).status, calls]).toEqual(["canceled", []]);
  });

  it.each(["proposal_received", "proposal_admitted", "action_validated"])(
    "[EN-134] [5.8] is heard when a subscriber aborts it at `%s`",
    async (kind) => {
      const { signal, abort } = controller();
      const { runtime, calls } = setUp();
      runtime.subscribe((event) => event.kind === kind && abort());
      const result = await runtime.execute({ actions: [call("a", "pay"), WRITE] }, { signal });
      expect(result.status).toBe("canceled");
      expect([calls, runtime.state.get("k")]).toEqual([[], undefined]);
    },
  );

  it("[EN-134] [5.8] is heard in the turn in which the locks are granted", async () => {
    const state = memoryStateStore();
    const { runtime } = setUp({ state });
    const lease = state.acquire({ owner: {}, reads: [], writes: ["k"] });
    const { signal, abort } = controller();
    const running = runtime.execute({ actions: [WRITE] }, { signal });
    if ("release" in lease) lease.release();
    abort();
    expect((await running).status).toBe("canceled");
    expect(runtime.state.get("k")).toBeUndefined();
    expect((await runtime.execute({ actions: [WRITE] })).status).toBe("committed");
  });

  it("[EN-134] [5.8] is heard while the policy thinks about a run that had to wait for its locks", async () => {
    const state = memoryStateStore();
    const undo = { type: "tool", tool: "pay", parameters: {} } as const;
    const policy = policyOf(() => new Promise((resolve) => clock.setTimer(() => resolve(ALLOW), 5)));
    const { runtime, clock, calls } = setUp({ state, policy });
    const lease = state.acquire({ owner: {}, reads: [], writes: ["k"] });
    const { signal, abort } = controller();
    const running = runtime.execute({ actions: [call("a", "pay", { compensation: undo }), WRITE] }, { signal });
    if ("release" in lease) lease.release();
    await clock.advanceAsync(2);
    abort();
    await clock.advanceAsync(100);
    expect([(await running).status, calls]).toEqual(["canceled", []]);
  });

  it("[EN-134] [7.3] a call that waits for the log is not made any more", async () => {
    const { runtime: plain } = setUp();
    const { eventLog } = plain;
    let flushed = (): void => undefined;
    const slow = {
      supports: { durable: true },
      append: eventLog.append.bind(eventLog),
      read: eventLog.read.bind(eventLog),
      head: eventLog.head.bind(eventLog),
      close: eventLog.close.bind(eventLog),
      flush: (reason?: string) =>
        reason === "action" ? new Promise<void>((resolve) => (flushed = resolve)) : undefined,
    };
    const { runtime, calls, clock } = setUp({ eventLog: slow });
    const { signal, abort } = controller();
    const running = runtime.execute({ actions: [call("a", "pay")] }, { signal });
    abort();
    flushed();
    await clock.advanceAsync(0);
    const result = await running;
    expect([calls, statuses(result)]).toEqual([[], { a: "failed:canceled" }]);
    expect(result).toMatchObject({ status: "canceled", external_effects: "none" });
  });

  it("[EN-134] [6.5] is heard while a run is put down, and when it is taken up", async () => {
    const { signal, abort } = controller();
    const policy = rulePolicy([requireApproval("pay")]);
    const { runtime, clock } = setUp({ policy, approvals: memoryApprovalStore() });
    runtime.subscribe((event) => event.kind === "proposal_suspended" && abort());
    const first = await runtime.execute({ actions: [call("a", "pay")] }, { signal });
    expect([first.status, runtime.suspended()]).toEqual(["canceled", []]);
    const { run_id, status } = await runtime.execute({ actions: [call("a", "pay")] });
    expect(status).toBe("suspended");
    const again = controller();
    const resumed = runtime.resume(run_id, { signal: again.signal });
    again.abort();
    await clock.advanceAsync(0);
    expect((await resumed).status).toBe("canceled");
    expect(getEventListeners(again.signal, "abort")).toHaveLength(0);
  });
});

describe("a run that is given up", () => {
  it("[EN-134] [5.2] ends all of its actions before it ends itself, also where one wakes another", async () => {
    const budget = { max_duration_ms: 10 };
    const { runtime, clock, calls } = setUp({ budget, policy: rulePolicy([requireApproval("few")]), approver: never });
    const running = runtime.execute({ actions: [call("a", "few"), call("b", "few"), WRITE] });
    await clock.advanceAsync(200);
    const result = await running;
    expect(statuses(result)).toEqual({ a: "skipped:budget_exceeded", b: "skipped:budget_exceeded", w: "succeeded" });
    expect([result.status, calls, runtime.state.get("k")]).toEqual(["rolled_back", [], undefined]);
  });
});

function never(): Promise<boolean> {
  return new Promise(() => undefined);
}

function controller() {
  const made = new AbortController();
  return { signal: made.signal, abort: () => made.abort() };
}
