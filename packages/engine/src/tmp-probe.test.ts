import { manualClock } from "@car/conformance";
import { it } from "vitest";
import { createRuntime } from "./create-runtime.js";
async function go(name: string, options: any, actions: any, tools: any) {
  const clock = manualClock();
  const calls: string[] = [];
  const rt = createRuntime({
    clock,
    random: () => 0.5,
    ...options,
    tools: Object.entries(tools).map(([n, t]: any) => {
      const { ms = 10, fail, ...schema } = t;
      return {
        schema: { name: n, ...schema },
        execute: (p: any, c: any) => {
          calls.push(`${clock.now()} ${c.actionId}#${c.attempt}`);
          return new Promise((res, rej) => clock.setTimer(() => (fail?.(c) ? rej(new Error("x")) : res(1)), ms));
        },
      };
    }),
  });
  const p = rt.execute({ actions });
  for (let i = 0; i < 100; i++) await clock.advanceAsync(100);
  const r = await p;
  console.log(
    name,
    r.status,
    JSON.stringify(calls),
    JSON.stringify(r.results.map((x: any) => [x.action_id, x.status, x.reason?.code, x.reason?.action_id, x.attempts])),
  );
}
const c = (id: string, tool: string, more: any = {}) => ({ id, type: "tool_call", tool, ...more });
it("probe", async () => {
  const one = { reversibility: "reversible", max_concurrency: 1 };
  const free = { reversibility: "reversible" };
  await go("slot", { maxConcurrency: 2 }, [c("a", "t"), c("b", "t"), c("d", "u")], { t: one, u: free });
  await go("slot retry", {}, [c("a", "t", { failure_behavior: "retry" }), c("b", "t"), c("d", "t")], {
    t: { ...one, fail: (x: any) => x.actionId === "a" && x.attempt === 1 },
  });
  await go(
    "irr",
    {},
    [c("a", "t"), c("b", "t", { failure_behavior: "skip" }), c("d", "u", { failure_behavior: "skip" })],
    { t: { max_concurrency: 1, reversibility: "reversible" }, u: {} },
  );
  await go(
    "chain",
    {},
    [
      c("a", "t"),
      c("b", "t", { dependencies: ["a"] }),
      c("d", "t", { dependencies: ["b"] }),
      c("e", "slow"),
      c("f", "t", { dependencies: ["e"] }),
      c("g", "t", { dependencies: ["f"] }),
      c("h", "t", { dependencies: ["a", "e"] }),
    ],
    { t: { ...free, fail: (x: any) => x.actionId === "a" }, slow: { ...free, ms: 50 } },
  );
  await go("skip cancel", {}, [c("a", "t"), c("e", "slow", { failure_behavior: "skip" })], {
    t: { ...free, fail: (x: any) => x.actionId === "a" },
    slow: { ...free, ms: 50, fail: () => true },
  });
  await go("retry then abort", {}, [c("a", "slow"), c("r", "t", { failure_behavior: "retry" })], {
    t: { ...free, fail: (x: any) => true },
    slow: { ...free, ms: 30, fail: () => true },
  });
});
