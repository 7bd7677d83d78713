import { collectEvents } from "@car/conformance/internal";
import { type CarEvent, ToolError } from "@car/ir";
import type { EventDraft, EventLog, Tool } from "@car/ir/ports";
import { memoryEventLog } from "@car/eventlog";
import { describe, expect, it } from "vitest";
import { createRuntime } from "../create-runtime.js";
import { replayRuns } from "../replay/replay-runs.js";
import { call, tool } from "../testing/fixtures.js";
import { reopened } from "../testing/reopened.js";

const FREE = { reversibility: "reversible" } as const;

function shop(things = new Map<string, string>(), more: { back?: object; onBack?: (at: string) => unknown } = {}) {
  const calls: string[] = [];
  const put: Tool = {
    schema: {
      name: "put",
      idempotent: true,
      reversibility: "compensable",
      before: { tool: "look", parameters: { at: "$parameters.at" }, verify: true },
      compensation: { tool: "back", parameters: { at: "$parameters.at", thing: "$before" } },
    },
    execute: ({ at, thing }) => (calls.push(`put ${String(at)}`), things.set(String(at), String(thing)), null),
  };
  const tools: Tool[] = [
    put,
    tool("look", ({ at }) => things.get(String(at)) ?? null, FREE),
    tool(
      "back",
      async ({ at, thing }) => {
        calls.push(`back ${String(at)}`);
        await more.onBack?.(String(at));
        if (thing === null) things.delete(String(at));
        else things.set(String(at), String(thing));
        return null;
      },
      more.back ?? FREE,
    ),
    tool("mail", () => null, {}),
    tool("plan", (_, { execute }) => execute({ actions: [putAt("inner", "c")] }).then(() => null), FREE),
  ];
  return { tools, things, calls };
}
const putAt = (id: string, at: string, more = {}) =>
  call(id, "put", { parameters: { at, thing: `of ${id}` }, ...more });
const IDEM = { idempotent: true };
const PLAN = { actions: [putAt("one", "a", IDEM), putAt("two", "b", { dependencies: ["one"], ...IDEM })] };

describe("undoing a committed run, where that is hard", () => {
  it("[EN-148] looking leaves receipts as they are", async () => {
    const { tools, calls } = shop();
    const runtime = createRuntime({ tools, limits: { single_flight_timeout_ms: 200 } });
    const { run_id } = await runtime.execute(PLAN);
    await runtime.undo(run_id, { dry: true });
    const again = await runtime.execute(PLAN);
    expect([again.status, again.results.map(({ deduplicated }) => deduplicated), calls.length]).toEqual([
      "committed",
      [true, true],
      2,
    ]);
  });
  it("[EN-148] a refused undo leaves the receipts of others", async () => {
    const { tools, calls } = shop();
    const runtime = createRuntime({ tools, limits: { single_flight_timeout_ms: 200 } });
    const { run_id } = await runtime.execute(PLAN);
    await runtime.undo(run_id);
    await runtime.execute(PLAN);
    await expect(runtime.undo(run_id)).rejects.toThrow(/nothing/);
    const again = await runtime.execute(PLAN);
    expect([again.status, again.results.map(({ deduplicated }) => deduplicated), calls.length]).toEqual([
      "committed",
      [true, true],
      6,
    ]);
  });
  it("[EN-148] a second undo brings no receipt back of what the first undid", async () => {
    const { tools, things } = shop();
    const runtime = createRuntime({ tools, limits: { single_flight_timeout_ms: 200 } });
    const { run_id } = await runtime.execute(PLAN);
    things.set("a", "theirs");
    const first = await runtime.undo(run_id);
    expect(first.steps.map(({ undone }) => undone)).toEqual([true, false]);
    await runtime.undo(run_id);
    things.set("a", "of one");
    const again = await runtime.execute(PLAN);
    expect(again.results.map(({ deduplicated }) => deduplicated)).toEqual([true, false]);
  });
  it("[EN-149] what a child's call left can be tried again", async () => {
    const { tools, things } = shop();
    const runtime = createRuntime({ tools });
    const { run_id } = await runtime.execute({ actions: [call("p", "plan")] });
    things.set("c", "theirs");
    expect((await runtime.undo(run_id)).external_effects).toBe("remain");
    things.set("c", "of inner");
    const again = await runtime.undo(run_id);
    expect([again.steps.map(({ undone }) => undone), things.size]).toEqual([[true], 0]);
  });
  it("[EN-149] a compensation that was under way when the process ended is not simply made again, also the second time", async () => {
    let mode: "fail" | "ok" = "fail";
    const s = shop(undefined, {
      back: {},
      onBack: () => {
        if (mode === "fail") throw new ToolError("no", { class: "invalid" });
      },
    });
    const durable = await reopened([]);
    const runtime = createRuntime({ durable, tools: s.tools });
    const { run_id } = await runtime.execute({ actions: [putAt("one", "a")] });
    await runtime.undo(run_id);
    mode = "ok";
    const eventsBefore = (await collectEvents(durable.eventLog)).length;
    await runtime.undo(run_id);
    const events = await collectEvents(durable.eventLog);
    expect(events.slice(eventsBefore).map(({ kind }) => kind)).toEqual([
      "undo_started",
      "image_read",
      "compensation_started",
      "compensation_succeeded",
      "undo_completed",
    ]);
    const started = events.findLastIndex(({ kind }) => kind === "compensation_started");
    s.calls.length = 0;
    const later = createRuntime({ durable: await reopened(events.slice(0, started + 1)), tools: s.tools });
    const report = await later.undo(run_id);
    expect([report.steps[0]?.reason?.code, s.calls]).toEqual(["in_doubt", []]);
  });
  it("[EN-148] receipts of what was undone before a crash are gone", async () => {
    const s = shop();
    const durable = await reopened([]);
    const runtime = createRuntime({ durable, tools: s.tools });
    const { run_id } = await runtime.execute(PLAN);
    await runtime.undo(run_id);
    const events = await collectEvents(durable.eventLog);
    const first = events.findIndex(({ kind }) => kind === "compensation_succeeded");
    const d2 = await reopened(events.slice(0, first + 1));
    const later = createRuntime({ durable: d2, tools: s.tools });
    s.things.delete("b");
    s.things.set("a", "of one");
    await later.undo(run_id);
    const third = createRuntime({ durable: await reopened(await collectEvents(d2.eventLog)), tools: s.tools });
    const again = await third.execute(PLAN);
    expect(again.results.map(({ deduplicated }) => deduplicated)).toEqual([false, false]);
  });
  it("[EN-148] receipts of what was undone before a crash are gone, without another undo", async () => {
    const s = shop();
    const durable = await reopened([]);
    const runtime = createRuntime({ durable, tools: s.tools });
    const { run_id } = await runtime.execute(PLAN);
    await runtime.undo(run_id);
    const events = await collectEvents(durable.eventLog);
    const first = events.findIndex(({ kind }) => kind === "compensation_succeeded");
    const later = createRuntime({ durable: await reopened(events.slice(0, first + 1)), tools: s.tools });
    const again = await later.execute(PLAN);
    expect(again.results.map(({ deduplicated }) => deduplicated)).toEqual([true, false]);
  });
  it("[EN-148] after every prefix of an undo, another one ends it", async () => {
    const s = shop(new Map([["a", "old"]]));
    const durable = await reopened([]);
    const runtime = createRuntime({ durable, tools: s.tools });
    const { run_id } = await runtime.execute({ actions: [...PLAN.actions, call("p", "plan")] });
    await runtime.undo(run_id);
    const events = await collectEvents(durable.eventLog);
    const end = events.findLastIndex(({ kind, run_id: id }) => kind === "proposal_completed" && id === run_id);
    for (let at = end + 1; at < events.length; at++) {
      const done = new Set(
        events
          .slice(0, at)
          .filter(({ kind }) => kind === "compensation_succeeded")
          .map(({ action_id }) => action_id),
      );
      s.things.clear();
      s.things.set("a", done.has("one") ? "old" : "of one");
      if (!done.has("two")) s.things.set("b", "of two");
      if (!done.has("inner")) s.things.set("c", "of inner");
      const d = await reopened(events.slice(0, at));
      const later = createRuntime({ durable: d, tools: s.tools });
      const report = await later.undo(run_id).catch((error: unknown) => error);
      if (done.size === 3) expect(String(report)).toMatch(/nothing/);
      else expect(report).toMatchObject({ external_effects: "none" });
      expect([...s.things]).toEqual([["a", "old"]]);
      const all = await collectEvents(d.eventLog);
      const replayed = await replayRuns(all);
      expect([at, replayed.divergences, replayed.skipped]).toEqual([at, [], []]);
    }
  });
  it("[EN-149] a child whose payloads are erased is not passed over", async () => {
    const s = shop();
    const durable = await reopened([]);
    const runtime = createRuntime({ durable, tools: s.tools });
    const { run_id } = await runtime.execute({ actions: [putAt("one", "a"), call("p", "plan")] });
    const events = await collectEvents(durable.eventLog);
    const child = events.find((e) => e.kind === "proposal_received" && e.run_id !== run_id)!.run_id;
    const erased = events.map((e) => (e.run_id === child ? { ...e, data: {}, data_digest: "x".repeat(64) } : e));
    const d = await reopened([]);
    Object.assign(d.eventLog, {
      read: async function* () {
        await Promise.resolve();
        yield* erased;
      },
    });
    const later = createRuntime({ durable: d, tools: s.tools });
    const report = await later.undo(run_id, { dry: true }).catch((error: unknown) => error);
    expect(report).toMatchObject({ name: expect.stringMatching(/Erased/) });
  });
  it("[EN-149] looking tells what cannot be undone any more", async () => {
    const s = shop();
    const durable = await reopened([]);
    const runtime = createRuntime({ durable, tools: s.tools });
    const { run_id } = await runtime.execute({ actions: [putAt("one", "a"), call("p", "plan")] });
    runtime.unregisterTool("back");
    const gone = { reason: { code: "unknown_tool" } };
    expect(await runtime.undo(run_id, { dry: true })).toMatchObject({
      steps: [gone, gone],
      external_effects: "remain",
    });
    const { before: _, ...plain } = s.tools[0]!.schema;
    const compensation = { tool: "back", parameters: { at: "$parameters.at" } };
    const d2 = await reopened([]);
    const imageless = { ...s.tools[0]!, schema: { ...plain, compensation } };
    const { run_id: id2 } = await createRuntime({ durable: d2, tools: [imageless, ...s.tools.slice(1)] }).execute({
      actions: [putAt("one", "a")],
    });
    const later = createRuntime({ durable: await reopened(await collectEvents(d2.eventLog)), tools: s.tools });
    for (const dry of [true, false]) {
      expect(await later.undo(id2, { dry })).toMatchObject({
        steps: [
          {
            reason: { message: expect.stringMatching(/before-image, and there is none/) as string },
          },
        ],
        external_effects: "remain",
      });
    }
  });
  it("[EN-148] whoever closes the runtime waits for it", async () => {
    let go!: () => void;
    const gate = new Promise<void>((r) => (go = r));
    const s = shop(undefined, { onBack: () => gate });
    const runtime = createRuntime({ tools: s.tools });
    const { run_id } = await runtime.execute(PLAN);
    const undoing = runtime.undo(run_id).then((r) => r.external_effects, String);
    await new Promise((r) => setTimeout(r, 20));
    let closed = false;
    const closing = runtime.close().then(() => (closed = true));
    await new Promise((r) => setTimeout(r, 50));
    expect(closed).toBe(false);
    go();
    expect(await undoing).toBe("none");
    await closing;
  });
});

describe("undoing a committed run, where something fails", () => {
  it("[EN-149] a child that cannot be planned any more is not passed over", async () => {
    const s = shop();
    const durable = await reopened([]);
    const big = tool(
      "plan",
      (_, { execute }) =>
        execute({
          actions: [putAt("inner", "c"), call("m", "put", { parameters: { at: "d".repeat(30), thing: "x" } })],
        }).then(() => null),
      FREE,
    );
    const runtime = createRuntime({ durable, tools: [...s.tools.filter((t) => t.schema.name !== "plan"), big] });
    const { run_id } = await runtime.execute({ actions: [call("p", "plan")] });
    const later = createRuntime({
      durable: await reopened(await collectEvents(durable.eventLog)),
      tools: s.tools,
      limits: { max_actions: 1 },
    });
    const r = await later.undo(run_id, { dry: true }).catch(String);
    expect(r).toMatch(/cannot be planned/);
  });
  it.each([0, 1, 2, 3, 4, 5, 6])(
    "[EN-148] [5.9] calls nothing that the log cannot be told, which fails after %s events",
    async (n) => {
      const s = shop();
      const log = memoryEventLog();
      let left = Infinity;
      const eventLog: EventLog = Object.create(log, {
        append: {
          value: (draft: EventDraft) => {
            if (left-- <= 0) throw new Error("disk full");
            return log.append(draft);
          },
        },
      }) as EventLog;
      const runtime = createRuntime({ eventLog, tools: s.tools });
      const { run_id } = await runtime.execute(PLAN);
      s.calls.length = 0;
      left = n;
      await expect(runtime.undo(run_id)).rejects.toThrow(/could not be undone to the end.*disk full/);
      // undo_started, then an image and two words about each compensation.
      expect(s.calls).toHaveLength(n < 3 ? 0 : n < 6 ? 1 : 2);
      left = Infinity;
      expect((await runtime.undo(run_id)).external_effects).toBe("none");
      expect(s.things.size).toBe(0);
    },
  );
});
