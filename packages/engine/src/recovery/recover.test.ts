import { collectEvents } from "@car/conformance/internal";
import type { CarEvent, ProposalInput } from "@car/ir";
import { describe, expect, it } from "vitest";
import { createRuntime } from "../create-runtime.js";
import type { RuntimeOptions } from "../runtime-options.js";
import { call, statuses, tool } from "../testing/fixtures.js";
import { OutsideWorld } from "../testing/outside-world.js";
import { reopened } from "../testing/reopened.js";
import type { OnInDoubt } from "./in-doubt.js";

const ONE: ProposalInput = { actions: [call("pay", "charge")] };

/** The events of a run, up to the first of a kind, and with it. */
async function recorded(
  proposal: ProposalInput,
  { until, tools = new OutsideWorld().tools, ...options }: Partial<RuntimeOptions> & { until: string },
): Promise<readonly CarEvent[]> {
  const durable = await reopened([]);
  const runtime = createRuntime({ ...options, durable, tools });
  await runtime.execute(proposal);
  const events = await collectEvents(durable.eventLog);
  const at = events.findIndex(({ kind, action_id }) => until === kind || until === `${kind} ${action_id}`);
  expect(at).toBeGreaterThan(-1);
  return events.slice(0, at + 1);
}

async function recover(events: readonly CarEvent[], onInDoubt?: OnInDoubt, world = new OutsideWorld()) {
  const durable = await reopened(events);
  const runtime = createRuntime({ durable, tools: world.tools });
  const { runs } = await runtime.recover(onInDoubt === undefined ? {} : { onInDoubt });
  const kinds = (await collectEvents(durable.eventLog))
    .slice(events.length)
    .flatMap(({ run_id, kind }) => (run_id === undefined ? [] : [kind]));
  return { run: runs[0]!, runs, world, kinds, runtime, durable };
}

describe("a call in doubt", () => {
  it("[RP-7] [EN-51] [8.2] counts as failed by default, is reported, and is not made again", async () => {
    const { run, world, kinds } = await recover(await recorded(ONE, { until: "action_executing" }));
    expect(run).toMatchObject({
      handled: "resumed",
      in_doubt: [{ action_id: "pay", answer: "failed" }],
      result: { status: "rolled_back" },
    });
    expect(statuses(run.result)).toEqual({ pay: "failed:in_doubt" });
    expect(run.result.external_effects_remain).toBe(true);
    expect(kinds.slice(kinds.indexOf("proposal_resumed"))).toEqual([
      "proposal_resumed",
      "action_in_doubt",
      "action_failed",
      "proposal_completed",
    ]);
    expect(world.calls).toEqual([]);
  });

  it("[EN-51] [8.2] has succeeded with the output that the host knows of", async () => {
    const events = await recorded(ONE, { until: "action_executing" });
    const { run, world } = await recover(events, () => ({ output: 7 }));
    expect(run).toMatchObject({
      in_doubt: [{ action_id: "pay", answer: "output" }],
      result: { status: "committed", results: [{ output: 7 }] },
    });
    expect(world.calls).toEqual([]);
  });

  it("[EN-51] [8.2] is made again when the host says so, and the host is told what it needs for that", async () => {
    const events = await recorded(ONE, { until: "action_executing" });
    let asked: Parameters<OnInDoubt>[0] | undefined;
    const { run, world } = await recover(events, (action) => ((asked = action), "rerun"));
    expect(run.result).toMatchObject({ status: "committed", results: [{ attempts: 2 }] });
    expect(asked).toMatchObject({ action_id: "pay", tool: "charge", attempt: 1, principal: "default" });
    expect(world.calls).toMatchObject([{ key: asked!.idempotency_key }]);
  });

  it.each<[string, ReturnType<OnInDoubt>]>([
    ["failed", "failed"],
    ["rerun", "rerun"],
    ["output", { output: 7 }],
  ])("[EN-133] [7.1] [8.2] is in the log and in the report with the host's answer: %s", async (name, answer) => {
    const events = await recorded(ONE, { until: "action_executing" });
    const { run, durable } = await recover(events, () => answer);
    expect(run.in_doubt).toEqual([{ action_id: "pay", answer: name }]);
    const doubts = (await collectEvents(durable.eventLog)).filter(({ kind }) => kind === "action_in_doubt");
    expect(doubts).toMatchObject([{ action_id: "pay", data: { answer: name, reason: { code: "in_doubt" } } }]);
  });

  it.each(["note", "put"])("[EN-51] [8.2] is made again unasked if it is a call of `%s`", async (name) => {
    const events = await recorded({ actions: [call("a", name)] }, { until: "action_executing" });
    const { run, world } = await recover(events, () => expect.fail("asked"));
    expect(run.result.status).toBe("committed");
    expect(world.calls.map(({ tool: called }) => called)).toEqual([name]);
  });

  it.each<[string, () => unknown]>([
    ["throws", () => expect.fail("no")],
    ["rejects", () => Promise.reject(new Error("no"))],
    ["answers null", () => null],
    ["answers nothing", () => undefined],
    ["answers {}", () => ({})],
    ["answers no JSON", () => ({ output: 1n })],
    ["answers in its own words", () => "succeeded"],
  ])("[EN-51] [8.2] counts as failed when `onInDoubt` %s", async (_what, onInDoubt) => {
    const events = await recorded(ONE, { until: "action_executing" });
    const { run } = await recover(events, onInDoubt as OnInDoubt);
    expect(run).toMatchObject({
      in_doubt: [{ action_id: "pay", answer: "failed" }],
      result: { status: "rolled_back" },
    });
  });

  it("[EN-51] [8.2] two of them are ended once each", async () => {
    const hang = { ...new OutsideWorld().tools[2]!, execute: () => new Promise(() => undefined) };
    const durable = await reopened([]);
    const actions = [
      call("a", "charge", { failure_behavior: "skip" }),
      call("b", "charge", { failure_behavior: "skip" }),
    ];
    void createRuntime({ durable, tools: [hang], schedule: "eager" }).execute({ actions });
    const { run, kinds } = await recover(await collectEvents(durable.eventLog));
    expect(run.in_doubt.map(({ action_id }) => action_id)).toEqual(["a", "b"]);
    expect(kinds.filter((kind) => kind === "action_failed")).toHaveLength(2);
  });
});

describe("a run that was being undone", () => {
  it("[EN-51] [8.2] [4.5] an attempt that timed out may have acted, though another was to follow", async () => {
    const slow = tool("slow", () => new Promise(() => undefined), { idempotent: true });
    const retried = call("a", "slow", { failure_behavior: "retry", timeout_ms: 1, max_retries: 1 });
    const events = await recorded({ actions: [retried] }, { until: "action_retrying", tools: [slow], random: () => 0 });
    const durable = await reopened(events);
    const { runs } = await createRuntime({ durable, tools: [slow] }).recover({ unfinished: "rollback" });
    expect(runs[0]?.result).toMatchObject({ status: "rolled_back", external_effects_remain: true });
  });

  const undone: ProposalInput = {
    actions: [call("room", "book"), call("end", "fail", { dependencies: ["room"] })],
  };

  it.each([
    ["failed", false],
    [{ output: null }, true],
  ] as const)("[EN-52] [EN-51] [8.2] a compensation in doubt is not repeated: %j", async (answer, compensated) => {
    const events = await recorded(undone, { until: "compensation_started" });
    const { run, world } = await recover(events, (action) => {
      expect(action).toMatchObject({ is_compensation: true, tool: "unbook", action_id: "room" });
      return answer;
    });
    expect(run.result).toMatchObject({ status: "rolled_back", external_effects_remain: !compensated });
    expect(run.result.results[0]?.compensated).toBe(compensated);
    expect(world.calls).toEqual([]);
  });

  it("[EN-52] [8.1] what was compensated is not compensated again", async () => {
    const { run, world } = await recover(await recorded(undone, { until: "compensation_succeeded" }));
    expect(run.result).toMatchObject({ status: "rolled_back", external_effects_remain: false });
    expect(world.calls).toEqual([]);
  });

  it("[EN-52] [5.8] a canceled run is not committed, though its last call succeeded", async () => {
    const controller = new AbortController();
    const slow = { ...new OutsideWorld().tools[4]!, execute: async () => (controller.abort(), { id: 1 }) };
    const durable = await reopened([]);
    const runtime = createRuntime({ durable, tools: [slow, tool("unbook", () => null)] });
    const result = await runtime.execute({ actions: [call("room", "book")] }, { signal: controller.signal });
    expect(result.status).toBe("canceled");
    const events = await collectEvents(durable.eventLog);
    const canceled = events.findIndex(({ kind }) => kind === "proposal_canceled");
    for (let at = canceled + 1; at < events.length; at++) {
      const { run } = await recover(events.slice(0, at), () => ({ output: { id: 1 } }));
      expect(run.result.status).toBe("canceled");
    }
  });

  it("[EN-52] [8.1] `rollback` undoes what was done", async () => {
    const proposal = { actions: [call("room", "book"), call("pay", "charge", { dependencies: ["room"] })] };
    const durable = await reopened(await recorded(proposal, { until: "action_succeeded room" }));
    const world = new OutsideWorld();
    const { runs } = await createRuntime({ durable, tools: world.tools }).recover({ unfinished: "rollback" });
    expect(runs).toMatchObject([{ handled: "rolled_back", result: { status: "rolled_back" } }]);
    expect(world.calls.map(({ tool: name }) => name)).toEqual(["unbook"]);
  });
});

describe("runs that cannot be resumed", () => {
  it("[EN-53] [8.1] children are rolled back, and their parents' calls are in doubt", async () => {
    const parent = tool("parent", async (_parameters, { execute }) => {
      await execute({ actions: [call("room", "book"), call("hang", "hang", { dependencies: ["room"] })] });
    });
    const hang = tool("hang", () => new Promise(() => undefined));
    const durable = await reopened([]);
    void createRuntime({ durable, tools: [...new OutsideWorld().tools, parent, hang] }).execute({
      actions: [call("p", "parent")],
    });
    await new Promise((resolve) => setImmediate(resolve));
    const world = new OutsideWorld();
    const again = await reopened(await collectEvents(durable.eventLog));
    const { runs } = await createRuntime({ durable: again, tools: [...world.tools, parent, hang] }).recover();
    expect(runs.map(({ handled, in_doubt }) => [handled, in_doubt.map(({ action_id }) => action_id)])).toEqual([
      ["resumed", ["p"]],
      ["rolled_back", ["hang"]],
    ]);
    expect(world.calls.map(({ tool: name }) => name)).toEqual(["unbook"]);
  });

  it("[EN-53] [8.1] one whose tool is gone ends as rolled back and says what may remain", async () => {
    const durable = await reopened(await recorded(ONE, { until: "action_executing" }));
    const { runs } = await createRuntime({ durable }).recover();
    const [run] = runs;
    expect(run).toMatchObject({
      in_doubt: [{ action_id: "pay", answer: "failed" }],
      result: { external_effects_remain: true },
    });
    expect(run!.result.status).not.toBe("committed");
    expect((await reopened(await collectEvents(durable.eventLog))).unfinished.from).toBeUndefined();
  });

  it("[EN-53] [8.1] one that no longer plans is rejected if nothing of it had begun, else rolled back", async () => {
    const two: ProposalInput = { actions: [call("a", "note"), call("b", "note")] };
    for (const [until, status] of [
      ["proposal_received", "rejected"],
      ["action_executing", "rolled_back"],
    ] as const) {
      const durable = await reopened(await recorded(two, { until }));
      const limits = { max_actions: 1 };
      const { runs } = await createRuntime({ durable, tools: new OutsideWorld().tools, limits }).recover();
      expect(runs[0]).toMatchObject({ handled: "rolled_back", result: { status } });
    }
  });

  it("[EN-53] [8.1] input that was refused before it was a run is refused again", async () => {
    const events = await recorded({ actions: [] }, { until: "proposal_received" });
    expect((await recover(events)).run.result.status).toBe("rejected");
  });
});

describe("receipts", () => {
  const paid = call("pay", "charge", { idempotent: true });
  const again: ProposalInput = { actions: [paid] };

  it.each<[string, ProposalInput, number]>([
    ["of a committed run count", again, 0],
    ["that last count though the run was undone", { actions: [paid, call("z", "fail", { dependencies: ["pay"] })] }, 0],
    [
      "of what was undone do not",
      { actions: [call("pay", "book", { idempotent: true }), call("z", "fail", { dependencies: ["pay"] })] },
      1,
    ],
  ])("[EN-54] [5.4] %s after a restart", async (_what, proposal, calls) => {
    const events = await recorded(proposal, { until: "proposal_completed" });
    const world = new OutsideWorld();
    const runtime = createRuntime({ durable: await reopened(events), tools: world.tools });
    const [first] = proposal.actions;
    await runtime.execute({ actions: [first!] });
    expect(world.calls).toHaveLength(calls);
  });

  it("[EN-54] [5.4] of a run that was resumed count in this process and in the next", async () => {
    const proposal = {
      actions: [call("room", "book", { idempotent: true }), call("n", "note", { dependencies: ["room"] })],
    };
    const { runtime, world, durable } = await recover(await recorded(proposal, { until: "action_succeeded room" }));
    const next = await reopened(await collectEvents(durable.eventLog));
    for (const each of [runtime, createRuntime({ durable: next, tools: world.tools })]) {
      const { results } = await each.execute({ actions: [call("room", "book", { idempotent: true })] });
      expect(results[0]).toMatchObject({ deduplicated: true });
    }
    expect(world.calls.map(({ tool: name }) => name)).toEqual(["note"]);
  });

  it("[EN-54] [5.4] of a call that was made again count", async () => {
    const { runtime, world } = await recover(await recorded(again, { until: "action_executing" }), () => "rerun");
    expect((await runtime.execute(again)).results[0]).toMatchObject({ deduplicated: true });
    expect(world.calls).toHaveLength(1);
  });

  it("[EN-54] [5.4] a run that began earlier does not make the call that a later one has in doubt", async () => {
    const first = [call("n", "note"), call("pay", "charge", { idempotent: true, dependencies: ["n"] })];
    const earlier = await recorded({ actions: first }, { until: "action_executing n" });
    const later = await recorded(again, { until: "action_executing pay" });
    const world = new OutsideWorld();
    const durable = await reopened([...earlier, ...later]);
    const { runs } = await createRuntime({ durable, tools: world.tools }).recover({ onInDoubt: () => ({ output: 5 }) });
    expect(runs.map(({ result }) => result.status)).toEqual(["committed", "committed"]);
    expect(runs[0]!.result.results[1]).toMatchObject({ output: 5, deduplicated: true });
    expect(world.calls.map(({ tool: name }) => name)).toEqual(["note"]);
  });

  it("[EN-54] [5.4] an equal call waits for one in doubt, and is answered by what the host says of it", async () => {
    const durable = await reopened(await recorded(again, { until: "action_executing" }));
    const world = new OutsideWorld();
    const runtime = createRuntime({ durable, tools: world.tools });
    let answer: (output: { output: number }) => void = () => undefined;
    const recovering = runtime.recover({ onInDoubt: () => new Promise((resolve) => (answer = resolve)) });
    await new Promise((resolve) => setImmediate(resolve));
    const second = runtime.execute(again);
    await new Promise((resolve) => setImmediate(resolve));
    expect(world.calls).toEqual([]);
    answer({ output: 5 });
    await recovering;
    expect((await second).results[0]).toMatchObject({ output: 5, deduplicated: true });
    expect(world.calls).toEqual([]);
  });
});

describe("recovery", () => {
  it("[EN-55] [8.1] comes before everything else, and once", async () => {
    const durable = await reopened(await recorded(ONE, { until: "action_executing" }));
    const world = new OutsideWorld();
    const [first, second] = [1, 2].map(() => createRuntime({ durable, tools: world.tools }));
    await expect(first!.execute(ONE)).rejects.toMatchObject({ code: "CAR_RECOVERY_REQUIRED" });
    const reports = await Promise.all([first!.recover({ onInDoubt: () => "rerun" }), second!.recover()]);
    expect(reports.map(({ runs }) => runs.length)).toEqual([1, 0]);
    expect(await first!.recover()).toEqual({ runs: [] });
    expect(world.calls).toHaveLength(1);
    expect((await second!.execute(ONE)).status).toBe("committed");
    expect(await createRuntime().recover()).toEqual({ runs: [] });
  });
});
