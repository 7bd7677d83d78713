import { requireApproval, rulePolicy } from "@car/policy";
import { describe, expect, it } from "vitest";
import type { RuntimeOptions } from "../runtime-options.js";
import { call, statuses, testRuntime, tool } from "../testing/fixtures.js";

const FREE = { reversibility: "reversible" } as const;
/** `check` comes after `mail`, and may still undo the batch; `pay` comes after nothing. */
const PLAN = {
  actions: [call("mail", "mail"), call("pay", "pay"), call("check", "check", { dependencies: ["mail"] })],
};

function setUp(mail: object, { checks = true, ...options }: RuntimeOptions & { checks?: boolean } = {}) {
  const calls: string[] = [];
  const sleep = (name: string) => () => {
    calls.push(name);
    return new Promise((resolve) => made.clock.setTimer(() => resolve(1), 10));
  };
  const made = testRuntime({
    tools: [
      tool("mail", sleep("mail"), mail),
      tool("pay", sleep("pay")),
      tool("check", () => (checks ? 1 : Promise.reject(new Error("no"))), FREE),
    ],
    ...options,
  });
  return { ...made, calls };
}

describe("an irreversible action that waits", () => {
  it.each<[string, object, RuntimeOptions, object]>([
    ["for a place that another run has", { max_concurrency: 1 }, {}, {}],
    ["for its rate limit", { rate_limit: { max_calls: 1, interval_secs: 0.1 } }, {}, {}],
    ["for an equal call of another run", {}, {}, { idempotent: true }],
    [
      "for an approver",
      {},
      { policy: rulePolicy([requireApproval("mail")]), approver: () => Promise.resolve().then(() => true) },
      {},
    ],
  ])("[EN-122] [3.3] %s holds others back as a running one does", async (_what, mail, options, action) => {
    const { runtime, clock, calls } = setUp(mail, { ...options, checks: false });
    const other = runtime.execute({ actions: [call("m", "mail", action)] });
    const [first, ...rest] = PLAN.actions;
    const running = runtime.execute({ actions: [{ ...first!, ...action }, ...rest] });
    await clock.advanceAsync(1_000);
    expect((await other).status).toBe("committed");
    expect(statuses(await running)).toMatchObject({ pay: "skipped:aborted", check: "failed:failed" });
    expect(calls).not.toContain("pay");
  });

  it("[EN-122] [3.3] for its place does not keep what is ready and can be undone from starting, and has its turn in the end", async () => {
    const { runtime, clock, calls } = setUp({ max_concurrency: 1 });
    const other = runtime.execute({ actions: [call("m", "mail")] });
    const running = runtime.execute({ actions: [...PLAN.actions, call("free", "check")] });
    await clock.advanceAsync(1_000);
    expect((await other).status).toBe("committed");
    expect(statuses(await running)).toEqual({
      ...{ mail: "succeeded", pay: "succeeded", check: "succeeded", free: "succeeded" },
    });
    expect(calls).toEqual(["mail", "mail", "pay"]);
  });
});
