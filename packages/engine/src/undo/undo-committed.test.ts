import { collectEvents } from "@car/conformance/internal";
import { RunUnknownError } from "@car/ir";
import { describe, expect, it } from "vitest";
import { createRuntime } from "../create-runtime.js";
import { replayRuns } from "../replay/replay-runs.js";
import { call } from "../testing/fixtures.js";
import { reopened } from "../testing/reopened.js";
import { putAt, shop } from "../testing/shop.js";

const PLAN = {
  actions: [putAt("one", "a", { idempotent: true }), putAt("two", "b", { dependencies: ["one"] }), call("n", "count")],
};

describe("undoing a committed run", () => {
  it("[EN-148] [5.2] says what it would do, does it, the last call first, and tells the log", async () => {
    const { tools, things, calls } = shop(new Map([["a", "old"]]));
    const runtime = createRuntime({ tools });
    const { run_id } = await runtime.execute(PLAN);
    const dry = await runtime.undo(run_id, { dry: true });
    expect(dry).toEqual({
      run_id,
      steps: [
        {
          run_id,
          action_id: "two",
          tool: "put",
          parameters: { at: "b", thing: "of two" },
          compensation: { tool: "back", parameters: { at: "b", thing: null } },
        },
        {
          run_id,
          action_id: "one",
          tool: "put",
          parameters: { at: "a", thing: "of one" },
          compensation: { tool: "back", parameters: { at: "a", thing: "old" } },
        },
      ],
      external_effects: "none",
    });
    expect(calls).toEqual(["put a", "put b"]);
    const done = await runtime.undo(run_id);
    expect(done.steps).toEqual(dry.steps.map((step) => ({ ...step, undone: true })));
    expect([done.external_effects, [...things], calls.slice(2)]).toEqual([
      "none",
      [["a", "old"]],
      ["back b", "back a"],
    ]);
    const events = await collectEvents(runtime.eventLog);
    const kinds = events.map(({ kind }) => kind);
    expect(kinds.slice(kinds.indexOf("proposal_completed") + 1)).toEqual([
      ...["undo_started", "image_read", "compensation_started", "compensation_succeeded"],
      ...["image_read", "compensation_started", "compensation_succeeded", "undo_completed"],
    ]);
    await expect(runtime.undo(run_id)).rejects.toThrow(/nothing that run .* did is left to undo/);
    const replayed = await replayRuns(events);
    expect([replayed.divergences, replayed.skipped]).toEqual([[], []]);
  });

  it("[EN-148] [5.4] lets the same call act again afterwards, also for whoever opens the log later", async () => {
    const { tools, calls } = shop();
    const durable = await reopened([]);
    const runtime = createRuntime({ durable, tools });
    const { run_id } = await runtime.execute(PLAN);
    await runtime.undo(run_id);
    const again = await runtime.execute(PLAN);
    expect(again.results.map(({ deduplicated }) => deduplicated)).toEqual([false, false, false]);
    const { run_id: second } = again;
    await runtime.undo(second);
    const later = createRuntime({ durable: await reopened(await collectEvents(durable.eventLog)), tools });
    expect((await later.execute(PLAN)).results[0]?.deduplicated).toBe(false);
    expect(calls.filter((each) => each === "put a")).toHaveLength(3);
  });

  it("[EN-148] works from the log alone, in another process, and for what tools had started", async () => {
    const { tools, things } = shop();
    const durable = await reopened([]);
    const { run_id } = await createRuntime({ durable, tools }).execute({
      actions: [...PLAN.actions, call("p", "plan")],
    });
    expect(things.size).toBe(3);
    const later = createRuntime({ durable: await reopened(await collectEvents(durable.eventLog)), tools });
    const { steps, external_effects } = await later.undo(run_id);
    expect([steps.map(({ action_id, undone }) => [action_id, undone]), external_effects, things.size]).toEqual([
      expect.arrayContaining([
        ["inner", true],
        ["two", true],
        ["one", true],
      ]),
      "none",
      0,
    ]);
  });

  it("[EN-149] leaves what somebody else has changed, names it, and tries that again when it is asked to", async () => {
    const { tools, things } = shop();
    const runtime = createRuntime({ tools });
    const { run_id } = await runtime.execute(PLAN);
    things.set("b", "theirs");
    const { steps, external_effects } = await runtime.undo(run_id);
    expect(steps).toMatchObject([
      { action_id: "two", undone: false, reason: { code: "conflict" } },
      { action_id: "one", undone: true },
    ]);
    expect([external_effects, [...things]]).toEqual(["remain", [["b", "theirs"]]]);
    things.set("b", "of two");
    const again = await runtime.undo(run_id);
    expect([again.steps.map(({ action_id }) => action_id), again.external_effects, things.size]).toEqual([
      ["two"],
      "none",
      0,
    ]);
  });

  it("[EN-148] [5.7] costs nothing of the budget of a session, and looking leaves no trace in the log", async () => {
    const { tools } = shop();
    const runtime = createRuntime({ tools, budget: { max_tool_calls: 4, scope: "session" } });
    const { run_id } = await runtime.execute(PLAN);
    const { seq } = await runtime.eventLog.head();
    await runtime.undo(run_id, { dry: true });
    expect((await runtime.eventLog.head()).seq).toBe(seq);
    await runtime.undo(run_id);
    expect((await runtime.execute({ actions: [call("n", "count")] })).status).toBe("committed");
  });

  it("[EN-149] [8.2] does not try again what may have been undone by a process that ended", async () => {
    const { tools, things } = shop();
    const once = tools.map((each) => (each.schema.name === "back" ? { ...each, schema: { name: "back" } } : each));
    const durable = await reopened([]);
    const { run_id } = await createRuntime({ durable, tools: once }).execute({ actions: [putAt("one", "a")] });
    const first = createRuntime({ durable, tools: once });
    await first.undo(run_id);
    const events = await collectEvents(durable.eventLog);
    const begun = events.slice(0, events.findIndex(({ kind }) => kind === "compensation_started") + 1);
    things.set("a", "of one");
    const parts = await reopened(begun);
    const later = createRuntime({ durable: parts, tools: once });
    const { steps } = await later.undo(run_id);
    expect([steps, things.get("a")]).toMatchObject([[{ undone: false, reason: { code: "in_doubt" } }], "of one"]);
    await expect(later.undo(run_id)).rejects.toThrow(/or may be undone again/);
    expect(things.get("a")).toBe("of one");
  });

  it("[EN-149] says what nothing undoes", async () => {
    const { tools } = shop();
    const runtime = createRuntime({ tools });
    const { run_id } = await runtime.execute({ actions: [putAt("one", "a"), call("m", "mail")] });
    const dry = await runtime.undo(run_id, { dry: true });
    expect([dry.external_effects, dry.steps.find(({ action_id }) => action_id === "m")]).toEqual([
      "remain",
      { run_id, action_id: "m", tool: "mail", parameters: {} },
    ]);
    const { steps, external_effects } = await runtime.undo(run_id);
    expect([steps.map(({ undone }) => undone), external_effects]).toEqual([[false, true], "remain"]);
  });

  it("[EN-149] refuses a run that is not there, did not commit, or is being undone, and tools that are gone", async () => {
    const { tools } = shop();
    const runtime = createRuntime({ tools });
    await expect(runtime.undo("no")).rejects.toThrow(RunUnknownError);
    const undone = await runtime.execute({ actions: [putAt("one", "a"), call("f", "bad", { dependencies: ["one"] })] });
    await expect(runtime.undo(undone.run_id)).rejects.toThrow(/is rolled back: only a committed run/);
    const { run_id } = await runtime.execute(PLAN);
    await expect(runtime.undo(run_id, { dri: true } as object)).rejects.toThrow(/dri/);
    const both = await Promise.allSettled([runtime.undo(run_id), runtime.undo(run_id)]);
    expect(both.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    const { run_id: last } = await runtime.execute(PLAN);
    runtime.unregisterTool("put");
    await expect(runtime.undo(last)).rejects.toThrow(/not registered.*`put`/);
  });
});
