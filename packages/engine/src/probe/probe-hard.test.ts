import { collectEvents } from "@car/conformance/internal";
import { explainAction, verifyChain } from "@car/eventlog";
import { ToolError } from "@car/ir";
import type { Probe, ProbeAnswer, Tool } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { createRuntime } from "../create-runtime.js";
import { expectNoDivergence, expectReplay } from "../testing/expect-replay.js";
import { call, testRuntime, tool } from "../testing/fixtures.js";
import { logPrefixes } from "../testing/log-prefixes.js";
import { reopened } from "../testing/reopened.js";

const FREE = { reversibility: "reversible" } as const;
const REFUNDED = { reversibility: "compensable", compensation: { tool: "refund", parameters: {} } } as const;
const bad = tool("bad", () => Promise.reject(new ToolError("broken")), FREE);
const refund = tool("refund", () => null, FREE);

/** A refund that is counted. */
function refunds() {
  const calls: string[] = [];
  return { calls, refund: tool("refund", () => void calls.push("refund"), FREE) };
}

describe("a probe, where that is hard", () => {
  it("[EN-146] [5.2] a late answer during the probe is counted once", async () => {
    const answers: ((output: null) => void)[] = [];
    const pay: Tool = {
      schema: { name: "pay", ...REFUNDED, timeout_ms: 50 },
      execute: () => new Promise<null>((resolve) => answers.push(resolve)),
      probe: async (_, { attempt }) => {
        if (attempt === 2) return undefined;
        answers[0]!(null);
        for (let turn = 0; turn < 20; turn++) await Promise.resolve();
        return { happened: false };
      },
    };
    const { runtime, clock } = testRuntime({ tools: [pay, refund, bad], random: () => 0 });
    const running = runtime.execute({ actions: [call("p", "pay", { failure_behavior: "retry", max_retries: 1 })] });
    await clock.advanceAsync(10_000);
    const { results, external_effects } = await running;
    expect([answers.length, results[0]?.compensated, external_effects]).toEqual([2, true, "unknown"]);
  });

  it("[EN-147] an earlier attempt of which nobody knows stays unknown, whatever the probe says of the last", async () => {
    let tries = 0;
    const pay = (probe: Probe): Tool => ({
      schema: { name: "pay", idempotent: true, ...REFUNDED },
      execute: () => {
        if (++tries === 1) throw new ToolError("lost", { class: "timeout" });
        return null;
      },
      probe,
    });
    const durable = await reopened([]);
    const earlier = createRuntime({ durable, tools: [pay(() => undefined), refund, bad], random: () => 0 });
    await earlier.execute({ actions: [call("p", "pay", { failure_behavior: "retry", max_retries: 1 })] });
    const events = await collectEvents(durable.eventLog);
    const executing = events.findLastIndex(({ kind }) => kind === "action_executing");
    expect(events[executing]?.attempt).toBe(2);
    const counted = refunds();
    const later = createRuntime({
      durable: await reopened(events.slice(0, executing + 1)),
      tools: [pay(() => ({ happened: false })), counted.refund, bad],
    });
    const { runs } = await later.recover({ unfinished: "rollback" });
    expect([counted.calls, runs[0]!.result.results[0]?.reason]).toEqual([["refund"], expect.anything()]);
  });

  it.each(["safe", "eager"] as const)(
    "[EN-142] [5.4] a call without its image keeps its receipt, since nothing takes it back (%s)",
    async (schedule) => {
      let payments = 0;
      const pay: Tool = {
        schema: { name: "pay", ...REFUNDED, before: { tool: "look", parameters: {} }, before_required: false },
        execute: () => {
          payments++;
          return null;
        },
      };
      const look = tool("look", () => Promise.reject(new ToolError("no", { class: "invalid" })), FREE);
      const { runtime, clock } = testRuntime({ tools: [pay, look, refund, bad], schedule });
      const plan = { actions: [call("p", "pay", { idempotent: true }), call("f", "bad", { dependencies: ["p"] })] };
      for (const effects of ["remain", "none"]) {
        const running = runtime.execute(plan);
        await clock.advanceAsync(1_000);
        const { status, external_effects } = await running;
        expect([status, external_effects]).toEqual(["rolled_back", effects]);
      }
      expect(payments).toBe(1);
    },
  );

  it("[EN-146] a run that is canceled while its probe works undoes what that says happened", async () => {
    let answer!: (known: ProbeAnswer) => void;
    const pay: Tool = {
      schema: { name: "pay", ...REFUNDED },
      execute: () => Promise.reject(new Error("lost")),
      probe: () => new Promise<ProbeAnswer>((resolve) => (answer = resolve)),
    };
    const counted = refunds();
    const { runtime, clock } = testRuntime({ tools: [pay, counted.refund] });
    const controller = new AbortController();
    const running = runtime.execute({ actions: [call("p", "pay")] }, { signal: controller.signal });
    await clock.advanceAsync(10);
    controller.abort();
    await clock.advanceAsync(10);
    answer({ happened: true });
    await clock.advanceAsync(60_000);
    const { status, external_effects } = await running;
    expect([status, external_effects, counted.calls]).toEqual(["canceled", "none", ["refund"]]);
    await expectReplay(await collectEvents(runtime.eventLog));
  });
});

type How = "ok" | "flaky" | "lost before it acts" | "lost after it acted";

/** Files by name, and the keys of the calls that wrote one. */
class Disk {
  readonly files: Map<string, string>;
  readonly written: Set<string>;
  private tries = 0;

  constructor(files: Iterable<[string, string]>, written: Iterable<string> = []) {
    this.files = new Map(files);
    this.written = new Set(written);
  }

  get copy(): Disk {
    return new Disk(this.files, this.written);
  }

  get tools(): Tool[] {
    const inner = call("i", "write", { parameters: { name: "kid", text: "x" } });
    return [
      this.write,
      tool("look", ({ name }) => this.files.get(name as string) ?? null, FREE),
      tool("back", ({ name, text }) => this.restore(name as string, text as string | null), FREE),
      tool("kid", (_, { execute }) => execute({ actions: [inner] }).then(() => null), FREE),
      bad,
    ];
  }

  private get write(): Tool {
    return {
      schema: {
        name: "write",
        reversibility: "compensable",
        before: { tool: "look", parameters: { name: "$parameters.name" }, verify: true },
        compensation: { tool: "back", parameters: { name: "$parameters.name", text: "$before" } },
      },
      execute: async ({ name, text, how }, { idempotencyKey }) => {
        this.tries++;
        if (how === "flaky" && this.tries === 1) throw new ToolError("again", { class: "transient" });
        if (how === "lost before it acts") throw new Error("lost");
        this.files.set(name as string, text as string);
        this.written.add(idempotencyKey);
        await Promise.resolve();
        if (how === "lost after it acted") throw new Error("lost");
        return { name };
      },
      probe: (_, { idempotencyKey, before }) => {
        if (before === undefined) return undefined;
        return this.written.has(idempotencyKey) ? { happened: true, output: { name: "p" } } : { happened: false };
      },
    };
  }

  private restore(name: string, text: string | null): void {
    if (text === null) this.files.delete(name);
    else this.files.set(name, text);
  }
}

const writing = (id: string, how: How, more = {}) =>
  call(id, "write", { parameters: { name: id, text: `of ${id}`, how }, ...more });

function planOf(how: How, end: "is rolled back" | "commits") {
  const retried = how === "flaky" ? { failure_behavior: "retry", max_retries: 2 } : {};
  const writes = [writing("a", how, retried), writing("b", "ok", { dependencies: ["a"] })];
  const child = call("c", "kid", { dependencies: ["b"] });
  return { actions: [...writes, child, ...(end === "commits" ? [] : [call("f", "bad", { dependencies: ["c"] })])] };
}

describe("a run with images and probes, after every prefix of its log", () => {
  const HOWS: How[] = ["ok", "flaky", "lost before it acts", "lost after it acted"];
  const CASES = HOWS.flatMap((how) => [[how, "is rolled back"] as const, [how, "commits"] as const]);

  it.each(CASES)(
    "[EN-147] [EN-143] [7.6] whose call is %s, and which %s, comes back right, and replays",
    async (how, end) => {
      const disk = new Disk([["a", "old"]]);
      const durable = await reopened([]);
      const runtime = createRuntime({ durable, tools: disk.tools, random: () => 0 });
      const disks: Disk[] = [];
      runtime.subscribe(() => void disks.push(disk.copy));
      const { run_id: runId } = await runtime.execute(planOf(how, end));
      const events = await collectEvents(durable.eventLog);
      await expectReplay(events);
      for (const { kept, lastKind, unfinished, world } of logPrefixes(events, disks)) {
        const found = world.copy;
        const left = await reopened(kept);
        const { runs } = await createRuntime({ durable: left, tools: found.tools, random: () => 0 }).recover({
          unfinished,
        });
        const result = runs.find(({ run_id }) => run_id === runId)?.result;
        const all = await collectEvents(left.eventLog);
        const label = [kept.length, lastKind, unfinished, result?.status, result?.external_effects];
        if (result !== undefined && result.status !== "committed" && result.external_effects === "none")
          expect([label, [...found.files]]).toEqual([label, [["a", "old"]]]);
        await expectNoDivergence(all, label);
        expect((await verifyChain(all)).valid).toBe(true);
        for (const id of ["a", "b", "c"]) await explainAction(all, id, { runId });
      }
    },
  );
});
