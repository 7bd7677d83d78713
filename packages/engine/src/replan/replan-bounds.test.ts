import { memoryEventLog } from "@car/eventlog";
import type { PolicyEngine } from "@car/ir/ports";
import { ALLOW } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import type { UnfinishedRuns } from "../recovery/durable-parts.js";
import { call, testRuntime, tool } from "../testing/fixtures.js";
import { reopened } from "../testing/reopened.js";
import type { ReplanAttempt } from "./replan-options.js";

const fail = tool("fail", () => ({ error: "out of stock" }));
const ok = tool("ok", ({ n }) => n ?? 1);
const BAD = { actions: [call("b", "fail")] };
const GOOD = { actions: [call("a", "ok")] };
const UNKNOWN = { actions: [call("a", "ok"), call("x", "nothing", { dependencies: ["a"] })] };
const never = (): Promise<never> => new Promise(() => undefined);

function rig(options: Parameters<typeof testRuntime>[0] = {}) {
  return testRuntime({ tools: [ok, fail], ...options });
}

describe("executeWithReplan, bounded", () => {
  it("[EN-25] `verifyFirst` runs nothing that verification refuses, and hands over what it found", async () => {
    const calls: string[] = [];
    const counted = tool("ok", (_parameters, { actionId }) => calls.push(actionId));
    const { runtime } = rig({ tools: [counted, fail] });
    const heard: ReplanAttempt[] = [];
    const outcome = await runtime.executeWithReplan(UNKNOWN, {
      verifyFirst: true,
      replan: (attempt) => {
        heard.push(attempt);
        return attempt.attempt === 1 ? { ...UNKNOWN, context: { again: true } } : GOOD;
      },
    });
    expect(outcome.stop).toBe("committed");
    expect(calls).toEqual(["a"]);
    expect(heard.map(({ result }) => [result.status, result.cost.tool_calls])).toEqual([
      ["rejected", 0],
      ["rejected", 0],
    ]);
    expect(heard[0]?.result.reasons).toMatchObject([{ code: "unknown_tool", action_id: "x" }]);
    expect(heard[0]?.failed.map(({ action_id, reason }) => [action_id, reason?.code])).toContainEqual([
      "x",
      "unknown_tool",
    ]);
  });

  it("[EN-25] a verification that hangs or throws runs nothing", async () => {
    const hanging: PolicyEngine = { version: "1", supports: { rateLimits: false }, check: never };
    const { runtime, clock } = rig({ policy: hanging, limits: { replan_timeout_ms: 100, policy_timeout_ms: 5_000 } });
    const running = runtime.executeWithReplan(GOOD, { verifyFirst: true, replan: () => undefined });
    await clock.advanceAsync(100);
    expect(await running).toMatchObject({
      stop: "gave_up",
      result: { status: "rejected", cause: { code: "timeout" } },
    });
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("no idea");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no idea"))],
    [
      "throws a string",
      () => {
        throw "no idea";
      },
    ],
  ])("[EN-26] a callback that %s ends the chain by name", async (_how, replan) => {
    const { runtime, kinds } = rig();
    const outcome = await runtime.executeWithReplan(BAD, { replan });
    expect(outcome).toMatchObject({ stop: "replan_failed", result: { status: "rolled_back" } });
    expect(outcome.error?.message).toBe("no idea");
    expect(kinds.at(-1)).toBe("replan_exhausted");
  });

  it("[EN-26] a callback that hangs is given up, its signal aborts, and what it says late counts for nothing", async () => {
    const { runtime, clock, kinds } = rig({ limits: { replan_timeout_ms: 1_000 } });
    let signal: AbortSignal | undefined;
    let answer: (proposal: unknown) => void = () => undefined;
    const running = runtime.executeWithReplan(BAD, {
      replan: (attempt) => {
        signal = attempt.signal;
        return new Promise((resolve) => (answer = resolve));
      },
    });
    await clock.advanceAsync(1_000);
    expect(await running).toMatchObject({ stop: "replan_timeout" });
    expect(signal?.aborted).toBe(true);
    const before = kinds.length;
    answer(GOOD);
    await clock.advanceAsync(0);
    expect(kinds).toHaveLength(before);
    expect(clock.pending()).toBe(0);
  });

  it("[EN-27] the caller's signal ends a chain while it runs and while it waits for the callback", async () => {
    const waiting = new AbortController();
    const { runtime, clock } = rig({ tools: [ok, fail, tool("hang", never)] });
    const asked = runtime.executeWithReplan(BAD, { replan: never, signal: waiting.signal });
    await clock.advanceAsync(0);
    waiting.abort();
    expect(await asked).toMatchObject({ stop: "canceled", result: { status: "rolled_back" } });

    const running = new AbortController();
    const hang = { actions: [call("h", "hang")] };
    const ran = runtime.executeWithReplan(BAD, { replan: () => hang, signal: running.signal });
    await clock.advanceAsync(0);
    running.abort();
    await clock.advanceAsync(5_000);
    expect(await ran).toMatchObject({ stop: "canceled", result: { status: "canceled" } });
  });

  it("[EN-27] a canceled first proposal asks nobody", async () => {
    const { runtime, kinds } = rig();
    const signal = AbortSignal.abort();
    const outcome = await runtime.executeWithReplan(GOOD, { replan: () => expect.unreachable(), signal });
    expect(outcome.stop).toBe("canceled");
    expect(kinds.filter((kind) => kind.startsWith("replan"))).toEqual([]);
  });

  it("[EN-28] closing the runtime ends a chain that waits for its callback", async () => {
    const { runtime, clock } = rig();
    const running = runtime.executeWithReplan(BAD, { replan: never });
    await clock.advanceAsync(0);
    await runtime.close();
    const outcome = await running;
    expect(outcome).toMatchObject({ stop: "runtime_failed", error: { code: "CAR_RUNTIME_CLOSED" } });
    await expect(runtime.executeWithReplan(GOOD, { replan: never })).rejects.toMatchObject({
      code: "CAR_RUNTIME_CLOSED",
    });
  });

  it("[EN-28] a log that fails between two runs ends the chain, and the callback is not asked", async () => {
    const log = memoryEventLog();
    const failing = {
      ...log,
      supports: log.supports,
      append: (draft: Parameters<typeof log.append>[0]) => {
        if (draft.kind === "replan_requested") throw new Error("disk full");
        return log.append(draft);
      },
      flush: () => log.flush(),
      read: () => log.read(),
      head: () => log.head(),
      close: () => log.close(),
    };
    const { runtime } = rig({ eventLog: failing });
    const outcome = await runtime.executeWithReplan(BAD, { replan: () => expect.unreachable() });
    expect(outcome).toMatchObject({ stop: "runtime_failed", error: { message: "disk full" } });
  });

  it("[EN-28] [8.1] refuses the first proposal, as `execute` does, until unfinished runs are recovered", async () => {
    let from: number | undefined = 1;
    const unfinished: UnfinishedRuns = {
      get from() {
        return from;
      },
      takeUp: (body) => body(1, () => (from = undefined)),
    };
    const { runtime } = rig({ durable: { ...(await reopened([])), unfinished } });
    const options = { replan: () => undefined };
    await expect(runtime.executeWithReplan(GOOD, options)).rejects.toMatchObject({ code: "CAR_RECOVERY_REQUIRED" });
    await runtime.recover();
    expect(await runtime.executeWithReplan(GOOD, options)).toMatchObject({ stop: "committed" });
  });

  it("[EN-28] more open runs than allowed end a chain by name", async () => {
    const { runtime, clock } = rig({ tools: [ok, fail, tool("hang", never)], limits: { max_open_runs: 1 } });
    const outcome = await runtime.executeWithReplan(BAD, {
      replan: () => {
        void runtime.execute({ actions: [call("h", "hang")] });
        return GOOD;
      },
    });
    expect(outcome).toMatchObject({ stop: "runtime_failed", error: { code: "CAR_RUNTIME_OVERLOADED" } });
    const closing = runtime.close();
    await clock.advanceAsync(60_000);
    await closing;
  });

  it("[EN-20] each run acts for the caller's principal and with the caller's executor", async () => {
    const principals: string[] = [];
    const policy: PolicyEngine = {
      version: "1",
      supports: { rateLimits: false },
      check: ({ principal }) => {
        principals.push(principal);
        return ALLOW;
      },
    };
    const { runtime } = rig({ policy });
    const executor = ({ tool: name }: { readonly tool: string }) => (name === "fail" ? { error: "no" } : 5);
    const outcome = await runtime.executeWithReplan(BAD, { replan: () => GOOD, principal: "ann", executor });
    expect(outcome.result.results[0]?.output).toBe(5);
    expect(new Set(principals)).toEqual(new Set(["ann"]));
  });
});
