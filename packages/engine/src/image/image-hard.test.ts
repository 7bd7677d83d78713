import { collectEvents } from "@car/conformance/internal";
import { ToolError } from "@car/ir";
import type { PolicyEngine, Tool } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { createRuntime } from "../create-runtime.js";
import { replayRuns } from "../replay/replay-runs.js";
import type { RuntimeOptions } from "../runtime-options.js";
import { call, statuses, testRuntime, tool } from "../testing/fixtures.js";

const FREE = { reversibility: "reversible" } as const;
const bad = tool("bad", () => Promise.reject(new ToolError("broken")), FREE);
function kit(read: Tool["execute"], more: object = {}, readMore: object = {}) {
  const calls: string[] = [];
  const write: Tool = {
    schema: {
      name: "write",
      reversibility: "compensable",
      before: { tool: "look", parameters: { k: "$parameters.k" } },
      compensation: { tool: "back", parameters: { k: "$parameters.k", v: "$before" } },
      ...more,
    },
    execute: ({ k }) => {
      calls.push(`write ${String(k)}`);
      return null;
    },
  };
  return {
    calls,
    tools: [
      write,
      { schema: { name: "look", ...FREE, ...readMore }, execute: read! },
      tool("back", ({ k }) => void calls.push(`back ${String(k)}`), FREE),
      bad,
      tool("mail", () => void calls.push("mail"), {}),
    ],
  };
}
const w = (id: string, more = {}) => call(id, "write", { parameters: { k: id }, ...more });
async function go(
  tools: Tool[],
  actions: any[],
  options: RuntimeOptions = {},
  ms = 400_000,
  during?: (m: any) => Promise<void>,
) {
  const made = testRuntime({ random: () => 0, ...options, tools });
  const c = new AbortController();
  const running = made.runtime.execute({ actions }, { signal: c.signal });
  await during?.({ ...made, abort: () => c.abort() });
  await made.clock.advanceAsync(ms);
  const result = await Promise.race([
    running,
    new Promise<never>((_, r) => setTimeout(() => r(new Error("HUNG")), 2000)),
  ]);
  const events = await collectEvents(made.runtime.eventLog);
  const rep = await replayRuns(events);
  expect([rep.divergences, rep.skipped]).toEqual([[], []]);
  return { result, events, kinds: made.kinds, runtime: made.runtime };
}
const circular: any = {};
circular.self = circular;
const R: [string, any][] = [
  [
    "throws",
    () => {
      throw new Error("no");
    },
  ],
  ["rejects", () => Promise.reject(new Error("no"))],
  ["circular", () => circular],
  ["bigint", () => 1n],
  ["undefined", () => undefined],
  ["function", () => () => 1],
  ["never", () => new Promise(() => undefined)],
  ["huge", () => "x".repeat(2_000_000)],
  [
    "deep",
    () => {
      let v: any = 1;
      for (let i = 0; i < 500; i++) v = [v];
      return v;
    },
  ],
  ["error obj", () => ({ error: "x" })],
  ["child run", (_: any, { execute }: any) => execute({ actions: [call("x", "mail")] })],
  ["thenable", () => ({ then: (r: any) => r("t") })],
  [
    "getter",
    () => ({
      get a() {
        throw new Error("g");
      },
    }),
  ],
  [
    "transient x2",
    (() => {
      let n = 0;
      return () => {
        if (n++ < 2) throw new ToolError("t", { class: "transient" });
        return 1;
      };
    })(),
  ],
];
describe("readers", () => {
  for (const [name, read] of R)
    for (const required of [true, false])
      for (const schedule of ["safe", "eager"] as const)
        it(`[EN-141] [EN-142] [7.6] that ${name}, required: ${String(required)}, ${schedule}: no call without an image, and it replays`, async () => {
          const isGood = ["undefined", "thenable", "transient x2"].includes(name);
          const s = kit(read, required ? {} : { before_required: false });
          const { result } = await go(
            s.tools,
            [w("a"), w("b"), call("c", "bad", { dependencies: ["a"], failure_behavior: "skip" }), call("m", "mail")],
            { schedule },
          );
          expect([result.status, s.calls.some((each) => each.startsWith("write"))]).toEqual(
            isGood || (!required && name !== "huge") ? ["committed", true] : ["rolled_back", false],
          );
        });
  it("[EN-142] [3.3] abort safety: unread image is not called while something may abort", async () => {
    const s = kit(
      () => {
        throw new Error("no");
      },
      { before_required: false },
    );
    let bads = 0;
    const slow: Tool = {
      schema: { name: "slow", ...FREE },
      execute: () =>
        new Promise((_, r) =>
          setTimeout(() => {
            bads++;
            r(new ToolError("x"));
          }, 20),
        ),
    };
    const runtime = createRuntime({ tools: [...s.tools, slow] });
    const r = await runtime.execute({ actions: [w("a"), w("b"), call("s", "slow")] });
    expect([r.status, r.external_effects, s.calls, bads]).toEqual(["rolled_back", "none", [], 1]);
  });
  it("[EN-140] max concurrency 1 for all, rate limited reader", async () => {
    const s = kit(
      async () => 1,
      { max_concurrency: 1 },
      { max_concurrency: 1, rate_limit: { max_calls: 1, interval_secs: 0.1 } },
    );
    const { result } = await go(s.tools, [w("a"), w("b"), w("c"), call("l", "look", { parameters: { k: "z" } })], {
      maxConcurrency: 1,
    });
    expect(statuses(result)).toEqual({ a: "succeeded", b: "succeeded", c: "succeeded", l: "succeeded" });
  });
  it("[EN-140] revoked in the middle: reader, then writer", async () => {
    for (const name of ["look", "write", "back"]) {
      let let_: any;
      const s = kit(() => new Promise((r) => (let_ = r)));
      const { result } = await go(s.tools, [w("a")], {}, 400_000, async ({ clock, runtime }) => {
        await clock.advanceAsync(5);
        runtime.revoke(name);
        let_("x");
      });
      expect([statuses(result)["a"], s.calls]).toEqual(
        name === "write" ? ["rejected:revoked", []] : ["succeeded", ["write a"]],
      );
    }
  });
  it("[EN-140] cancel while reading before / after / undo", async () => {
    for (const at of [1, 2, 3]) {
      let n = 0;
      let let_: any;
      const s = kit(() => (++n === at ? new Promise((r) => (let_ = r)) : "x"), {
        before: { tool: "look", parameters: { k: "$parameters.k" }, verify: true },
      });
      const { result } = await go(
        s.tools,
        [w("a"), call("f", "bad", { dependencies: ["a"] })],
        {},
        400_000,
        async ({ clock, abort }) => {
          await clock.advanceAsync(5);
          abort();
          await clock.advanceAsync(5);
          let_?.("x");
        },
      );
      expect([result.status, s.calls, result.external_effects]).toEqual([
        at === 3 ? "rolled_back" : "canceled",
        at === 1 ? [] : ["write a", "back a"],
        "none",
      ]);
    }
  });
  it("[EN-140] image parked for approval after it was read", async () => {
    let value = "one";
    let asked = 0;
    const s = kit(() => value);
    const seen: any[] = [];
    s.tools[2] = tool("back", ({ v }) => void seen.push(v), FREE);
    const policy: PolicyEngine = {
      version: "1",
      supports: { rateLimits: false },
      check: ({ action, mode }) =>
        action.type === "tool_call" && action.tool === "write" && mode !== "verify" && ++asked >= 2
          ? { effect: "require_approval", reasons: [{ policy_id: "p", message: "ask" }] }
          : { effect: "allow", reasons: [] },
    };
    const { result, kinds } = await go(s.tools, [w("a"), call("f", "bad", { dependencies: ["a"] })], {
      policy,
      approver: async () => {
        value = "two";
        return { approved: true, by: "x" };
      },
    });
    expect([statuses(result)["a"], seen, kinds.filter((k) => k === "image_read a")]).toEqual([
      "succeeded",
      ["one"],
      ["image_read a"],
    ]);
  });
});
