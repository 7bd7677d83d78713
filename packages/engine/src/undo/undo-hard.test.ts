import { setTimeout as sleep } from "node:timers/promises";
import { collectEvents } from "@car/conformance/internal";
import { memoryEventLog } from "@car/eventlog";
import { type CarEvent, type LimitsInput, type ProposalResult, ToolError } from "@car/ir";
import type { EventDraft, EventLog, Tool } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { createRuntime } from "../create-runtime.js";
import { expectReplay } from "../testing/expect-replay.js";
import { call, tool } from "../testing/fixtures.js";
import { reopened } from "../testing/reopened.js";
import { type Back, putAt, shop } from "../testing/shop.js";

const FREE = { reversibility: "reversible" } as const;

const IDEM = { idempotent: true };

/** A plan of two calls, one after the other, that are not made again. */
const PLAN = { actions: [putAt("one", "a", IDEM), putAt("two", "b", { dependencies: ["one"], ...IDEM })] };

/** A process that opens a log with these events. */
async function opened(events: readonly CarEvent[], tools: Tool[], limits: LimitsInput = {}) {
  const durable = await reopened(events);
  const runtime = createRuntime({ durable, tools, limits });
  return { runtime, events: () => collectEvents(durable.eventLog) };
}

async function openShop(things?: Map<string, string>, back?: Back) {
  const shelves = shop(things, back);
  return { ...shelves, ...(await opened([], shelves.tools)) };
}

const deduplicated = ({ results }: ProposalResult) => results.map((result) => result.deduplicated);
const LIMITS = { single_flight_timeout_ms: 200 };

describe("the receipts of a committed run", () => {
  it("[EN-148] stay as they are when an undo only looks", async () => {
    const { tools, calls } = shop();
    const runtime = createRuntime({ tools, limits: LIMITS });
    const { run_id } = await runtime.execute(PLAN);
    await runtime.undo(run_id, { dry: true });
    const again = await runtime.execute(PLAN);
    expect([again.status, deduplicated(again), calls.length]).toEqual(["committed", [true, true], 2]);
  });

  it("[EN-148] stay as they are when the undo of another run is refused", async () => {
    const { tools, calls } = shop();
    const runtime = createRuntime({ tools, limits: LIMITS });
    const { run_id } = await runtime.execute(PLAN);
    await runtime.undo(run_id);
    await runtime.execute(PLAN);
    await expect(runtime.undo(run_id)).rejects.toThrow(/nothing/);
    const again = await runtime.execute(PLAN);
    expect([again.status, deduplicated(again), calls.length]).toEqual(["committed", [true, true], 6]);
  });

  it("[EN-148] do not come back with a second undo, for what the first one undid", async () => {
    const { tools, things } = shop();
    const runtime = createRuntime({ tools, limits: LIMITS });
    const { run_id } = await runtime.execute(PLAN);
    things.set("a", "theirs");
    const first = await runtime.undo(run_id);
    expect(first.steps.map(({ undone }) => undone)).toEqual([true, false]);
    await runtime.undo(run_id);
    things.set("a", "of one");
    expect(deduplicated(await runtime.execute(PLAN))).toEqual([true, false]);
  });

  it("[EN-148] are gone for what was undone before a crash, after another undo ends it", async () => {
    const { tools, things, runtime, events } = await openShop();
    const { run_id } = await runtime.execute(PLAN);
    await runtime.undo(run_id);
    const whole = await events();
    const firstUndone = whole.findIndex(({ kind }) => kind === "compensation_succeeded");
    const second = await opened(whole.slice(0, firstUndone + 1), tools);
    things.delete("b");
    things.set("a", "of one");
    await second.runtime.undo(run_id);
    const third = await opened(await second.events(), tools);
    expect(deduplicated(await third.runtime.execute(PLAN))).toEqual([false, false]);
  });

  it("[EN-148] are gone for what was undone before a crash, without another undo", async () => {
    const { tools, runtime, events } = await openShop();
    const { run_id } = await runtime.execute(PLAN);
    await runtime.undo(run_id);
    const whole = await events();
    const firstUndone = whole.findIndex(({ kind }) => kind === "compensation_succeeded");
    const later = await opened(whole.slice(0, firstUndone + 1), tools);
    expect(deduplicated(await later.runtime.execute(PLAN))).toEqual([true, false]);
  });
});

describe("undoing a committed run, where that is hard", () => {
  it("[EN-149] tries again what a child's call left", async () => {
    const { tools, things } = shop();
    const runtime = createRuntime({ tools });
    const { run_id } = await runtime.execute({ actions: [call("p", "plan")] });
    things.set("c", "theirs");
    expect((await runtime.undo(run_id)).external_effects).toBe("remain");
    things.set("c", "of inner");
    const again = await runtime.undo(run_id);
    expect([again.steps.map(({ undone }) => undone), things.size]).toEqual([[true], 0]);
  });

  it("[EN-149] does not simply make a compensation again that was under way when the process ended, also the second time", async () => {
    let isBroken = true;
    const { tools, calls, runtime, events } = await openShop(undefined, {
      schema: {},
      first: () => {
        if (isBroken) throw new ToolError("no", { class: "invalid" });
      },
    });
    const { run_id } = await runtime.execute({ actions: [putAt("one", "a")] });
    await runtime.undo(run_id);
    isBroken = false;
    const { length: eventsBefore } = await events();
    await runtime.undo(run_id);
    const whole = await events();
    expect(whole.slice(eventsBefore).map(({ kind }) => kind)).toEqual([
      "undo_started",
      "image_read",
      "compensation_started",
      "compensation_succeeded",
      "undo_completed",
    ]);
    const started = whole.findLastIndex(({ kind }) => kind === "compensation_started");
    calls.length = 0;
    const later = await opened(whole.slice(0, started + 1), tools);
    const report = await later.runtime.undo(run_id);
    expect([report.steps[0]?.reason?.code, calls]).toEqual(["in_doubt", []]);
  });

  it("[EN-148] is ended by another undo after every prefix of one", async () => {
    const { tools, things, runtime, events } = await openShop(new Map([["a", "old"]]));
    const { run_id } = await runtime.execute({ actions: [...PLAN.actions, call("p", "plan")] });
    await runtime.undo(run_id);
    const whole = await events();
    const committed = whole.findLastIndex((event) => event.kind === "proposal_completed" && event.run_id === run_id);
    for (let end = committed + 1; end < whole.length; end++) {
      const kept = whole.slice(0, end);
      const undone = new Set(
        kept.flatMap(({ kind, action_id }) => (kind === "compensation_succeeded" ? [action_id] : [])),
      );
      things.clear();
      things.set("a", undone.has("one") ? "old" : "of one");
      if (!undone.has("two")) things.set("b", "of two");
      if (!undone.has("inner")) things.set("c", "of inner");
      const later = await opened(kept, tools);
      const report = await later.runtime.undo(run_id).catch((error: unknown) => error);
      if (undone.size === 3) expect(String(report)).toMatch(/nothing/);
      else expect(report).toMatchObject({ external_effects: "none" });
      expect([...things]).toEqual([["a", "old"]]);
      await expectReplay(await later.events(), end);
    }
  });

  it("[EN-149] tells in advance what cannot be undone any more: its compensation is gone", async () => {
    const { runtime } = await openShop();
    const { run_id } = await runtime.execute({ actions: [putAt("one", "a"), call("p", "plan")] });
    runtime.unregisterTool("back");
    const gone = { reason: { code: "unknown_tool" } };
    expect(await runtime.undo(run_id, { dry: true })).toMatchObject({
      steps: [gone, gone],
      external_effects: "remain",
    });
  });

  it("[EN-149] tells, in advance too, what cannot be undone any more: its compensation wants an image now", async () => {
    const [put, ...others] = shop().tools as [Tool, ...Tool[]];
    const { before: _, ...plain } = put.schema;
    const compensation = { tool: "back", parameters: { at: "$parameters.at" } };
    const earlier = await opened([], [{ ...put, schema: { ...plain, compensation } }, ...others]);
    const { run_id } = await earlier.runtime.execute({ actions: [putAt("one", "a")] });
    const later = await opened(await earlier.events(), [put, ...others]);
    const message = expect.stringMatching(/before-image, and there is none/) as string;
    for (const dry of [true, false])
      expect(await later.runtime.undo(run_id, { dry })).toMatchObject({
        steps: [{ reason: { message } }],
        external_effects: "remain",
      });
  });

  it("[EN-148] is waited for by whoever closes the runtime", async () => {
    let open!: () => void;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const { tools } = shop(undefined, { first: () => gate });
    const runtime = createRuntime({ tools });
    const { run_id } = await runtime.execute(PLAN);
    const undoing = runtime.undo(run_id).then(({ external_effects }) => external_effects, String);
    await sleep(20);
    let isClosed = false;
    const closing = runtime.close().then(() => (isClosed = true));
    await sleep(50);
    expect(isClosed).toBe(false);
    open();
    expect(await undoing).toBe("none");
    await closing;
  });
});

describe("undoing a committed run, where something fails", () => {
  it("[EN-149] does not pass over a child whose payloads are erased", async () => {
    const { tools, runtime, events } = await openShop();
    const { run_id } = await runtime.execute({ actions: [putAt("one", "a"), call("p", "plan")] });
    const whole = await events();
    const child = whole.find((event) => event.kind === "proposal_received" && event.run_id !== run_id)!.run_id;
    const erased = whole.map((event) =>
      event.run_id === child ? { ...event, data: {}, data_digest: "x".repeat(64) } : event,
    );
    const durable = await reopened([]);
    Object.assign(durable.eventLog, {
      read: async function* () {
        await Promise.resolve();
        yield* erased;
      },
    });
    const later = createRuntime({ durable, tools });
    const report = await later.undo(run_id, { dry: true }).catch((error: unknown) => error);
    expect(report).toMatchObject({ name: expect.stringMatching(/Erased/) });
  });

  it("[EN-149] does not pass over a child that cannot be planned any more", async () => {
    const { tools } = shop();
    const secondCall = call("m", "put", { parameters: { at: "d".repeat(30), thing: "x" } });
    const big = tool(
      "plan",
      (_, { execute }) => execute({ actions: [putAt("inner", "c"), secondCall] }).then(() => null),
      FREE,
    );
    const earlier = await opened([], [...tools.filter(({ schema }) => schema.name !== "plan"), big]);
    const { run_id } = await earlier.runtime.execute({ actions: [call("p", "plan")] });
    const later = await opened(await earlier.events(), tools, { max_actions: 1 });
    expect(await later.runtime.undo(run_id, { dry: true }).catch(String)).toMatch(/cannot be planned/);
  });

  it.each([0, 1, 2, 3, 4, 5, 6])(
    "[EN-148] [5.9] calls nothing that the log cannot be told, which fails after %s events",
    async (events) => {
      const { tools, things, calls } = shop();
      const log = memoryEventLog();
      let left = Infinity;
      const append = (draft: EventDraft) => {
        if (left-- <= 0) throw new Error("disk full");
        return log.append(draft);
      };
      const eventLog = Object.create(log, { append: { value: append } }) as EventLog;
      const runtime = createRuntime({ eventLog, tools });
      const { run_id } = await runtime.execute(PLAN);
      calls.length = 0;
      left = events;
      await expect(runtime.undo(run_id)).rejects.toThrow(/could not be undone to the end.*disk full/);
      // undo_started, then an image and two words about each compensation.
      expect(calls).toHaveLength(events < 3 ? 0 : events < 6 ? 1 : 2);
      left = Infinity;
      expect((await runtime.undo(run_id)).external_effects).toBe("none");
      expect(things.size).toBe(0);
    },
  );
});
