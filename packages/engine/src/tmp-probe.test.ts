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
it("leak", async () => {
  const clock = manualClock();
  const calls: string[] = [];
  let fail = true;
  const rt = createRuntime({
    clock,
    random: () => 0.5,
    tools: [
      {
        schema: { name: "t", reversibility: "reversible", max_concurrency: 1 },
        execute: (p: any, x: any) => {
          calls.push(`${clock.now()} ${x.actionId}`);
          return new Promise((res, rej) => clock.setTimer(() => (fail ? rej(new Error("x")) : res(1)), 10));
        },
      },
    ],
  });
  const run = async (actions: any) => {
    const p = rt.execute({ actions });
    for (let i = 0; i < 3; i++) await clock.advanceAsync(1000);
    const r: any = await Promise.race([p, new Promise((res) => setTimeout(() => res("HUNG"), 300))]);
    console.log(
      JSON.stringify(calls),
      r.status ?? r,
      JSON.stringify(r.results?.map((x: any) => [x.action_id, x.status, x.reason?.code])),
    );
  };
  await run([c("a", "t"), c("b", "t"), c("d", "t")]);
  fail = false;
  await run([c("e", "t")]);
  await run([c("g", "t"), c("f", "t")]);
});
