import { describe, expect, it } from "vitest";
import type { CarEvent, ProposalResult } from "@car/ir";
import type { EventLog, StateStore } from "@car/ir/ports";
import { memoryEventLog } from "@car/eventlog";
import { memoryStateStore } from "@car/state";
import { call, statuses, testRuntime, tool } from "./testing/fixtures.js";

const write = { id: "w", type: "state_write", parameters: { key: "k", value: 1 } } as const;

/** A log that fails from the `n`th event on. */
function failingLog(n: number): EventLog {
  const log = memoryEventLog();
  let count = 0;
  return {
    ...log,
    append: (draft) => {
      if (++count >= n) throw new Error("disk is full");
      return log.append(draft);
    },
    read: (options) => log.read(options),
    head: () => log.head(),
    flush: () => log.flush(),
    close: () => log.close(),
  };
}

function failingStore(): StateStore {
  const store = memoryStateStore();
  return {
    supports: store.supports,
    view: () => store.view(),
    acquire: (request) => store.acquire(request),
    commit: () => {
      throw new Error("no space");
    },
    close: () => store.close(),
  };
}

describe("the engine", () => {
  it("[EN-1] needs no timer for tools that answer at once", async () => {
    const { runtime, clock } = testRuntime({ tools: [tool("ok", () => 1)] });
    const running = runtime.execute({ actions: [call("a", "ok"), call("b", "ok", { dependencies: ["a"] })] });
    expect(clock.pending()).toBe(0);
    expect((await running).status).toBe("committed");
  });

  it("[EN-2] authorises every further attempt", async () => {
    let calls = 0;
    const policy = {
      version: "1",
      supports: { rateLimits: false },
      check: () =>
        calls === 0
          ? { effect: "allow" as const, reasons: [] }
          : { effect: "deny" as const, reasons: [{ policy_id: "once", message: "once" }] },
    };
    const bad = tool(
      "bad",
      () => {
        calls++;
        throw new Error("again");
      },
      { reversibility: "reversible" },
    );
    const { runtime, clock } = testRuntime({ tools: [bad], policy });
    const running = runtime.execute({ actions: [call("a", "bad", { failure_behavior: "retry" })] });
    await clock.advanceAsync(1_000);
    expect(statuses(await running)).toEqual({ a: "failed:policy_denied" });
    expect(calls).toBe(1);
  });

  it.each([1, 2, 3, 4, 5, 6])("[EN-3] [5.9] undoes a run whose log fails at event %i", async (n) => {
    const { runtime } = testRuntime({ tools: [tool("ok", () => 1)], eventLog: failingLog(n) });
    const result = await runtime.execute({ actions: [write, call("a", "ok")] });
    expect(["rolled_back", "rejected"]).toContain(result.status);
    expect(result.cause).toMatchObject({ code: "store_error", message: "the event log failed: disk is full" });
    expect(runtime.state.get("k")).toBeUndefined();
  });

  it("[EN-3] takes a commit back when its last event cannot be written, and locks are free afterwards", async () => {
    const { runtime } = testRuntime({ eventLog: failingLog(5) });
    await runtime.execute({ actions: [write] });
    expect(runtime.state.get("k")).toBeUndefined();
    const again = await runtime.execute({ actions: [write] });
    expect(again.cause?.code).toBe("store_error");
  });

  it("[EN-4] undoes a run whose commit the store refuses", async () => {
    const { runtime } = testRuntime({ state: failingStore() });
    const result = await runtime.execute({ actions: [write] });
    expect(result.status).toBe("rolled_back");
    expect(result.cause).toMatchObject({ code: "store_error", message: "the state store failed: no space" });
  });

  it("[EN-5] [2.2] judges an open run by the configuration it began with", async () => {
    const { runtime, clock } = testRuntime({
      tools: [
        tool("wait", () => new Promise((resolve) => clock.setTimer(() => resolve(1), 5))),
        tool("ok", () => "old"),
      ],
    });
    const running = runtime.execute({ actions: [call("a", "wait"), call("b", "ok", { dependencies: ["a"] })] });
    runtime.unregisterTool("ok");
    await clock.advanceAsync(5);
    expect((await running).results[1]?.output).toBe("old");
    expect(statuses(await runtime.execute({ actions: [call("b", "ok")] }))).toEqual({ b: "rejected:unknown_tool" });
  });

  it("[2.2] revokes a tool before its next dispatch, in open runs too", async () => {
    const { runtime, clock } = testRuntime({
      tools: [tool("wait", () => new Promise((resolve) => clock.setTimer(() => resolve(1), 5))), tool("ok", () => 1)],
    });
    const running = runtime.execute({ actions: [call("a", "wait"), call("b", "ok", { dependencies: ["a"] })] });
    expect(runtime.revoke("ok")).toBe(true);
    await clock.advanceAsync(5);
    expect(statuses(await running)).toEqual({ a: "succeeded", b: "rejected:revoked" });
  });

  it("[EN-6] ends a runtime that calls itself in a circle", async () => {
    const { runtime } = testRuntime({
      tools: [
        tool("again", async (): Promise<string> => (await runtime.execute({ actions: [call("a", "again")] })).status),
      ],
      limits: { max_open_runs: 20 },
    });
    expect((await runtime.execute({ actions: [call("a", "again")] })).status).toBe("committed");
  });

  it("[EN-6] ends children that nest too deep", async () => {
    const { runtime } = testRuntime({
      tools: [tool("again", async (_p, { execute }) => (await execute({ actions: [call("a", "again")] })).status)],
      limits: { max_run_depth: 3 },
    });
    const depths: ProposalResult = await runtime.execute({ actions: [call("a", "again")] });
    expect(depths.status).toBe("committed");
  });

  it("[5.1] [EN-6] refuses a child that needs a key its parent holds", async () => {
    let child: ProposalResult | undefined;
    const nest = tool(
      "nest",
      async (_p, { execute }) => {
        child = await execute({ actions: [write] });
        return child.status;
      },
      { effects: ["k"] },
    );
    const { runtime } = testRuntime({ tools: [nest] });
    const result = await runtime.execute({ actions: [call("a", "nest")] });
    expect(result.results[0]?.output).toBe("rejected");
    expect(child?.cause).toMatchObject({ code: "nested_conflict", keys: ["k"] });
  });

  it("[5.1] gives up after the lock timeout when a tool uses the runtime itself for a key its run holds", async () => {
    const nest = tool("nest", async () => (await runtime.execute({ actions: [write] })).cause?.code ?? null, {
      effects: ["k"],
    });
    const { runtime, clock } = testRuntime({ tools: [nest], limits: { lock_timeout_ms: 100 } });
    const running = runtime.execute({ actions: [call("a", "nest")] });
    await clock.advanceAsync(100);
    expect((await running).results[0]?.output).toBe("lock_timeout");
  });

  it("[EN-10] shares one timer of the clock", async () => {
    const { runtime, clock } = testRuntime({ tools: [tool("hang", () => new Promise(() => undefined))] });
    const actions = Array.from({ length: 50 }, (_, index) =>
      call(`a${index}`, "hang", { timeout_ms: 10 + index, failure_behavior: "skip" }),
    );
    const running = runtime.execute({ actions });
    expect(clock.pending()).toBe(1);
    await clock.advanceAsync(100);
    expect(new Set(Object.values(statuses(await running)))).toEqual(new Set(["skipped:failed"]));
  });

  it("[EN-11] applies a host's write at once, or after the run that holds the key", async () => {
    const slow = tool(
      "slow",
      (_p, { state }) =>
        new Promise((resolve) => {
          state.set("k", "tool");
          clock.setTimer(() => resolve(1), 5);
        }),
      { effects: ["k"] },
    );
    const { runtime, clock } = testRuntime({ tools: [slow] });
    void runtime.state.set("k", "first");
    expect(runtime.state.get("k")).toBe("first");
    const running = runtime.execute({ actions: [call("a", "slow")] });
    const queued = runtime.state.set("k", "last");
    expect(runtime.state.get("k")).toBe("first");
    await clock.advanceAsync(5);
    await Promise.all([running, queued]);
    expect(runtime.state.entry("k")).toMatchObject({ value: "last", origin: "host" });
  });

  it("[EN-12] [7.1] tells subscribers every event in order, as the log has it", async () => {
    const { runtime } = testRuntime({ tools: [tool("ok", () => 1)] });
    const seen: unknown[] = [];
    const stop = runtime.subscribe((event) => seen.push(event));
    await runtime.execute({ actions: [call("a", "ok")] });
    stop();
    await runtime.execute({ actions: [call("b", "ok")] });
    const logged: CarEvent[] = [];
    for await (const event of runtime.eventLog.read()) logged.push(event);
    const bare = logged.slice(0, seen.length).map(({ hash: _, prev_hash: __, ...event }) => event);
    expect(seen).toEqual(bare);
    // The first run also told the configuration.
    expect(logged.length).toBe(2 * seen.length - 1);
  });

  it("[EN-13] [5.9] close waits, then cancels, and refuses what comes later", async () => {
    const { runtime, clock } = testRuntime({
      tools: [tool("hang", () => new Promise(() => undefined), { reversibility: "reversible" })],
      limits: { drain_timeout_ms: 10 },
    });
    const running = runtime.execute({ actions: [call("a", "hang")] });
    const closed = runtime.close();
    await expect(runtime.execute({ actions: [call("b", "hang")] })).rejects.toMatchObject({
      code: "CAR_RUNTIME_CLOSED",
    });
    await clock.advanceAsync(10);
    await clock.advanceAsync(10);
    expect((await running).status).toBe("canceled");
    await closed;
  });

  it("[EN-15] [6.1] [9] verifies on behalf of a principal", async () => {
    const policy = {
      version: "1",
      supports: { rateLimits: false },
      check: ({ principal }: { readonly principal: string }) =>
        principal === "eve"
          ? { effect: "deny" as const, reasons: [{ policy_id: "not_eve", message: "not you" }] }
          : { effect: "allow" as const, reasons: [] },
    };
    const { runtime } = testRuntime({ tools: [tool("ok", () => 1)], policy });
    const proposal = { actions: [call("a", "ok")] };
    const valid = async (principal?: string) =>
      (await runtime.verify(proposal, principal === undefined ? {} : { principal })).valid;
    expect([await valid(), await valid("ann"), await valid("eve")]).toEqual([true, true, false]);
  });
});
