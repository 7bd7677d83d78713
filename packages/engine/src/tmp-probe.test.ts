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
  const free = { reversibility: "reversible" };
  const R = { failure_behavior: "retry" }; const S = { failure_behavior: "skip" };
  await go("dur deaf", { budget: { max_duration_ms: 5 } }, [c("a", "t")], { t: { ...free, ms: 8000 } });
  await go("dur deaf commit", { budget: { max_duration_ms: 5, on_exceeded: "commit" } }, [c("a", "t")], { t: { ...free, ms: 8000 } });
  const actions = [c("a", "i", { dependencies: ["d"], ...R }), c("b", "r", S), c("e", "i", R), c("d", "i", R)];
  for (const m of [3, 4, 5, 6, 7, 8, 12]) await go("12 budget " + m, { budget: { max_tool_calls: m, on_exceeded: "rollback" } }, actions, { r: free, i: {} });
  for (const m of [1, 2, 3]) await go("12c budget " + m, { budget: { max_tool_calls: m, on_exceeded: "rollback" } }, [c("a", "i"), c("b", "i")], { r: free, i: {} });
  for (const m of [1, 2, 3]) await go("12d budget " + m, { budget: { max_tool_calls: m } }, [c("a", "i", { max_retries: 0, ...R}), c("b", "i", { max_retries: 0, ...R})], { r: free, i: {} });
});
