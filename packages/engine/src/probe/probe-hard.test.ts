import { collectEvents } from "@car/conformance/internal";
import { explainAction, verifyChain } from "@car/eventlog";
import { ToolError } from "@car/ir";
import type { Tool } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { createRuntime } from "../create-runtime.js";
import { replayRuns } from "../replay/replay-runs.js";
import { call, testRuntime, tool } from "../testing/fixtures.js";
import { reopened } from "../testing/reopened.js";

const FREE = { reversibility: "reversible" } as const;
const COMP = { reversibility: "compensable", compensation: { tool: "refund", parameters: {} } } as const;
const bad = tool("bad", () => Promise.reject(new ToolError("broken")), FREE);
const refund = tool("refund", () => null, FREE);

describe("a probe, where that is hard", () => {
  it("[EN-146] [5.2] a late answer during the probe is counted once", async () => {
    let n = 0;
    const releases: ((v: null) => void)[] = [];
    const pay: Tool = {
      schema: { name: "pay", ...COMP, timeout_ms: 50 },
      execute: () =>
        new Promise((r) => {
          releases.push(r as never);
          n++;
        }),
      probe: async (_, { attempt }) => {
        if (attempt === 2) return undefined;
        releases[0]!(null);
        for (let i = 0; i < 20; i++) await Promise.resolve();
        return { happened: false };
      },
    };
    const { runtime, clock } = testRuntime({ tools: [pay, refund, bad], random: () => 0 });
    const running = runtime.execute({ actions: [call("p", "pay", { failure_behavior: "retry", max_retries: 1 })] });
    await clock.advanceAsync(10_000);
    const r = await running;
    expect([n, r.results[0]?.compensated, r.external_effects]).toEqual([2, true, "unknown"]);
  });
  it("[EN-147] an earlier attempt of which nobody knows stays unknown, whatever the probe says of the last", async () => {
    let n = 0;
    const pay = (probe: Tool["probe"]): Tool => ({
      schema: { name: "pay", idempotent: true, ...COMP },
      execute: () => {
        if (++n === 1) throw new ToolError("lost", { class: "timeout" });
        return null;
      },
      ...(probe && { probe }),
    });
    const durable = await reopened([]);
    const a = call("p", "pay", { failure_behavior: "retry", max_retries: 1 });
    await createRuntime({ durable, tools: [pay(() => undefined), refund, bad], random: () => 0 }).execute({
      actions: [a],
    });
    const events = await collectEvents(durable.eventLog);
    const at = events.findLastIndex(({ kind }) => kind === "action_executing");
    expect(events[at]?.attempt).toBe(2);
    const calls: string[] = [];
    const later = createRuntime({
      durable: await reopened(events.slice(0, at + 1)),
      tools: [pay(() => ({ happened: false })), tool("refund", () => void calls.push("refund"), FREE), bad],
    });
    const { runs } = await later.recover({ unfinished: "rollback" });
    expect([calls, runs[0]!.result.results[0]?.reason]).toEqual([["refund"], expect.anything()]);
  });
  it.each([[true], [false]])(
    "[EN-142] [5.4] a call without its image keeps its receipt, since nothing takes it back (ordered: %s)",
    async (ordered) => {
      let n = 0;
      const pay: Tool = {
        schema: { name: "pay", ...COMP, before: { tool: "look", parameters: {} }, before_required: false },
        execute: () => {
          n++;
          return null;
        },
      };
      const look = tool("look", () => Promise.reject(new ToolError("no", { class: "invalid" })), FREE);
      const { runtime, clock } = testRuntime({
        tools: [pay, look, refund, bad],
        ...(ordered ? {} : { schedule: "eager" }),
      });
      const plan = { actions: [call("p", "pay", { idempotent: true }), call("f", "bad", { dependencies: ["p"] })] };
      for (let i = 0; i < 2; i++) {
        const running = runtime.execute(plan);
        await clock.advanceAsync(1000);
        const r = await running;
        expect([r.status, r.external_effects]).toEqual(["rolled_back", i === 0 ? "remain" : "none"]);
      }
      expect(n).toBe(1);
    },
  );
  it("[EN-146] a run that is canceled while its probe works undoes what that says happened", async () => {
    let answer!: (v: { happened: boolean }) => void;
    const pay: Tool = {
      schema: { name: "pay", ...COMP },
      execute: () => Promise.reject(new Error("lost")),
      probe: () => new Promise((r) => (answer = r as never)),
    };
    const calls: string[] = [];
    const { runtime, clock } = testRuntime({ tools: [pay, tool("refund", () => void calls.push("refund"), FREE)] });
    const c = new AbortController();
    const running = runtime.execute({ actions: [call("p", "pay")] }, { signal: c.signal });
    await clock.advanceAsync(10);
    c.abort();
    await clock.advanceAsync(10);
    answer({ happened: true });
    await clock.advanceAsync(60_000);
    const r = await running;
    expect([r.status, r.external_effects, calls]).toEqual(["canceled", "none", ["refund"]]);
    const replayed = await replayRuns(await collectEvents(runtime.eventLog));
    expect([replayed.divergences, replayed.skipped]).toEqual([[], []]);
  });
});

describe("a run with images and probes, after every prefix of its log", () => {
  const world = (files: Map<string, string>, done: Map<string, unknown>) => {
    let n = 0;
    const tools: Tool[] = [
      {
        schema: {
          name: "write",
          reversibility: "compensable",
          before: { tool: "look", parameters: { k: "$parameters.k" }, verify: true },
          compensation: { tool: "back", parameters: { k: "$parameters.k", v: "$before" } },
        },
        execute: async ({ k, v, how }, { idempotencyKey }) => {
          n++;
          if (how === "flaky" && n === 1) throw new ToolError("again", { class: "transient" });
          if (how === "lost-before") throw new Error("lost");
          files.set(k as string, v as string);
          done.set(idempotencyKey, 1);
          await Promise.resolve();
          if (how === "lost-after") throw new Error("lost");
          return { k: k as string };
        },
        probe: (_, { idempotencyKey, before }) =>
          before === undefined
            ? undefined
            : done.has(idempotencyKey)
              ? { happened: true, output: { k: "p" } }
              : { happened: false },
      },
      tool("look", ({ k }) => files.get(k as string) ?? null, FREE),
      tool(
        "back",
        ({ k, v }) => (v === null ? void files.delete(k as string) : void files.set(k as string, v as string)),
        FREE,
      ),
      tool(
        "kid",
        (_, { execute }) =>
          execute({ actions: [call("i", "write", { parameters: { k: "kid", v: "x" } })] }).then(() => null),
        FREE,
      ),
      bad,
    ];
    return tools;
  };
  const w = (id: string, k: string, how: string, more = {}) =>
    call(id, "write", { parameters: { k, v: `of ${id}`, how }, ...more });
  for (const how of ["ok", "flaky", "lost-after", "lost-before"])
    for (const fails of [true, false])
      it(`[EN-147] [EN-143] [7.6] whose call is ${how}, ${fails ? "and which is rolled back" : "and which commits"}, comes back right, and replays`, async () => {
        const files = new Map([["a", "old"]]);
        const done = new Map<string, unknown>();
        const durable = await reopened([]);
        const runtime = createRuntime({ durable, tools: world(files, done), random: () => 0 });
        const snaps: [Map<string, string>, Map<string, unknown>][] = [];
        runtime.subscribe(() => void snaps.push([new Map(files), new Map(done)]));
        const tail = fails ? [call("f", "bad", { dependencies: ["c"] })] : [];
        const r = await runtime.execute({
          actions: [
            w("a", "a", how, how === "flaky" ? { failure_behavior: "retry", max_retries: 2 } : {}),
            w("b", "b", "ok", { dependencies: ["a"] }),
            call("c", "kid", { dependencies: ["b"] }),
            ...tail,
          ],
        });
        const events = await collectEvents(durable.eventLog);
        expect((await replayRuns(events)).divergences).toEqual([]);
        const first = events.findIndex(({ kind }) => kind === "proposal_received") + 1;
        const offset = events.length - snaps.length;
        for (let at = first; at < events.length; at++)
          for (const unfinished of ["resume", "rollback"] as const) {
            const [f, d] = snaps[at - 1 - offset] ?? snaps[0]!;
            const f2 = new Map(f),
              d2 = new Map(d);
            const dur = await reopened(events.slice(0, at));
            const later = createRuntime({ durable: dur, tools: world(f2, d2), random: () => 0 });
            const { runs } = await later.recover({ unfinished });
            const top = runs.find(({ run_id }) => run_id === r.run_id);
            const all = await collectEvents(dur.eventLog);
            const label = [
              how,
              fails,
              at,
              events[at - 1]!.kind,
              unfinished,
              top?.result.status,
              top?.result.external_effects,
            ];
            if (top !== undefined && top.result.status !== "committed" && top.result.external_effects === "none")
              expect([...label, [...f2]]).toEqual([...label, [["a", "old"]]]);
            const rep = await replayRuns(all);
            expect([...label, rep.divergences]).toEqual([...label, []]);
            expect((await verifyChain(all)).valid).toBe(true);
            for (const id of ["a", "b", "c"])
              await explainAction(all, { run_id: r.run_id, action_id: id } as never).catch((e: unknown) => {
                if (!/no |not/.test(String(e))) throw e;
              });
          }
      });
});
