import { describe, expect, it } from "vitest";
import { call, statuses, testRuntime, tool } from "./testing/fixtures.js";

describe("bounds", () => {
  it("[EN-127] [5.9] what the references of one run add up to is bounded, and refused by name", async () => {
    const { runtime } = testRuntime({ limits: { max_resolved_bytes: 100_000 } });
    const big = { id: "big", type: "state_write" as const, parameters: { key: "big", value: "x".repeat(30_000) } };
    const copies = Array.from({ length: 10 }, (_, index) => ({
      ...{ id: `c${index}`, type: "state_write" as const, dependencies: ["big"] },
      parameters: { key: `k${index}`, value: `${index} \${big.output}` },
    }));
    const result = await runtime.execute({ actions: [big, ...copies] });
    expect(result).toMatchObject({ status: "rolled_back", cause: { code: "invalid", limit: "max_resolved_bytes" } });
    expect(runtime.state.keys()).toEqual([]);
  });

  it("[EN-128] [5.4] the receipts of one principal push out none of another's", async () => {
    const paid: unknown[] = [];
    const pay = tool("pay", ({ order }) => void paid.push(order));
    const { runtime } = testRuntime({ tools: [pay], limits: { max_receipts: 3 } });
    const order = (id: string, principal: string) =>
      runtime.execute({ actions: [call("a", "pay", { idempotent: true, parameters: { order: id } })] }, { principal });
    await order("ann-1", "ann");
    for (let index = 0; index < 10; index++) await order(`bob-${index}`, "bob");
    await order("ann-1", "ann");
    await order("bob-0", "bob");
    expect(paid.filter((id) => id === "ann-1")).toHaveLength(1);
    expect(paid.filter((id) => id === "bob-0")).toHaveLength(2);
  });

  it.each<[string, object, object, number]>([
    ["the runtime's bound, where nobody says anything", {}, {}, 200],
    ["what the action asks for, when that is less", {}, { timeout_ms: 20 }, 20],
    ["the runtime's bound, when the action asks for more", {}, { timeout_ms: 2_000 }, 200],
    ["the tool's own", { timeout_ms: 500 }, {}, 500],
    ["the tool's own, when the action asks for more", { timeout_ms: 100 }, { timeout_ms: 2_000 }, 100],
    ["what the action asks for, when the host sets no bound", { timeout_ms: "none" }, { timeout_ms: 700 }, 700],
  ])("[EN-130] [4.6] a call ends at %s", async (_what, host, action, ms) => {
    const hang = tool("hang", () => new Promise(() => undefined), host);
    const { runtime, clock } = testRuntime({ tools: [hang], limits: { default_timeout_ms: 200 } });
    const running = runtime.execute({ actions: [call("a", "hang", action)] });
    await clock.advanceAsync(ms - 1);
    expect(clock.pending()).toBe(1);
    await clock.advanceAsync(1);
    expect(clock.pending()).toBe(0);
    expect(statuses(await running)).toEqual({ a: "failed:timeout" });
    expect((await running).results[0]?.duration_ms).toBe(ms);
  });

  it("[EN-130] [4.6] without any word the bound is five minutes", async () => {
    const { runtime, clock } = testRuntime({ tools: [tool("hang", () => new Promise(() => undefined))] });
    const running = runtime.execute({ actions: [call("a", "hang")] });
    await clock.advanceAsync(300_000);
    expect(statuses(await running)).toEqual({ a: "failed:timeout" });
  });

  it.each([NaN, -1, 2, Infinity])(
    "[EN-130] [4.5] a random source that gives %d does not hang a retry",
    async (given) => {
      let attempts = 0;
      const flaky = tool("flaky", () => (++attempts < 3 ? Promise.reject(new Error("busy")) : 1), {
        reversibility: "reversible",
      });
      const { runtime, clock } = testRuntime({ tools: [flaky], random: () => given });
      const running = runtime.execute({ actions: [call("a", "flaky", { failure_behavior: "retry" })] });
      await clock.advanceAsync(1_000);
      expect((await running).status).toBe("committed");
    },
  );
});
