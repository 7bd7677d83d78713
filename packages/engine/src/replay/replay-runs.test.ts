import { type CarEvent, type JsonObject, jsonOfEvent, payloadOf } from "@car/ir";
import type { PolicyEngine, Tool } from "@car/ir/ports";
import { collectEvents } from "@car/conformance/internal";
import { memoryEventLog } from "@car/eventlog";
import { describe, expect, it } from "vitest";
import { call, testRuntime, tool } from "../testing/fixtures.js";
import { replayDecisions } from "./replay-decisions.js";
import { replayRuns } from "./replay-runs.js";

const PAY: Partial<Tool["schema"]> = { reversibility: "reversible", effects: ["paid"] };

/** A log of a run that writes through a state handle, fails once, and reads what was written. */
async function recorded(): Promise<{ readonly events: readonly CarEvent[]; readonly calls: () => number }> {
  let calls = 0;
  const pay = tool(
    "pay",
    ({ amount }, { state, attempt }) => {
      calls++;
      if (attempt === 1) throw new Error("busy");
      state.set("paid", amount!);
      return { receipt: 7 };
    },
    PAY,
  );
  const { runtime, clock } = testRuntime({
    tools: [pay, tool("note", (given) => given, { reversibility: "reversible" })],
  });
  await runtime.state.set("budget", 100);
  const done = runtime.execute({
    actions: [
      call("a", "pay", { parameters: { amount: 5 }, failure_behavior: "retry" }),
      call("b", "note", { parameters: { of: "$a.output.receipt" } }),
      { id: "c", type: "state_read", parameters: { key: "paid" } },
    ],
  });
  clock.advance(10_000);
  await new Promise((resolve) => setImmediate(resolve));
  await done;
  return { events: await collectEvents(runtime.eventLog), calls: () => calls };
}

function edited(
  events: readonly CarEvent[],
  kind: string,
  edit: (data: JsonObject) => JsonObject,
): readonly CarEvent[] {
  const at = events.findIndex((event) => event.kind === kind);
  return events.map((event, place) => (place === at ? { ...event, data: edit(jsonOfEvent(event)) } : event));
}

describe("replayRuns", () => {
  it("[RP-1] [RP-2] [RP-3] [7.6] gives the same events from the log alone, and calls nothing", async () => {
    const { events, calls } = await recorded();
    const before = calls();
    const report = await replayRuns(events);
    expect(report).toMatchObject({ equal: true, runs: 1, divergences: [], skipped: [] });
    expect(report.events).toBe(events.filter(({ run_id }) => run_id !== undefined).length);
    expect(calls()).toBe(before);
  });

  it("[RP-1] names the event and the field of what came out differently", async () => {
    const { events } = await recorded();
    const cost = edited(events, "proposal_completed", (data) => ({ ...data, external_effects_remain: true }));
    const last = events.at(-1)!;
    expect((await replayRuns(cost)).divergences).toEqual([
      expect.objectContaining({
        seq: last.seq,
        kind: "proposal_completed",
        field: "external_effects_remain",
        recorded: true,
        replayed: false,
      }),
    ]);
    const parameters = events.find(
      (event) => event.kind === "action_executing" && payloadOf(event).parameters !== undefined,
    )!;
    const other = events.map((event) => (event === parameters ? { ...event, data: { parameters: { of: 8 } } } : event));
    expect((await replayRuns(other)).divergences).toMatchObject([{ seq: parameters.seq, field: "parameters.of" }]);
  });

  it("[RP-1] [3.3] gives the same where a place was offered to one that may not start before another has heard of it", async () => {
    let free = (): void => undefined;
    const slow = tool("one", () => new Promise((resolve) => (free = () => resolve(1))), { max_concurrency: 1 });
    const { runtime, kinds } = testRuntime({ tools: [slow, tool("free", () => 2, { reversibility: "reversible" })] });
    const first = runtime.execute({ actions: [call("hold", "one")] });
    const leave = free;
    const second = runtime.execute({
      actions: [
        call("a", "one", { failure_behavior: "skip" }),
        call("b", "one"),
        call("c", "free", { dependencies: ["a", "b"] }),
      ],
    });
    leave();
    await first;
    for (let turn = 0; turn < 4; turn++) {
      free();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await second).status).toBe("committed");
    expect(kinds.filter((kind) => kind.startsWith("rate_limited"))).toEqual(["rate_limited a", "rate_limited b"]);
    const report = await replayRuns(await collectEvents(runtime.eventLog));
    expect([report.divergences, report.skipped, report.equal]).toEqual([[], [], true]);
  });

  it("[RP-1] notices an event that is missing, and one that changed places with an answer", async () => {
    const { events } = await recorded();
    const without = events.filter(({ kind }) => kind !== "action_retrying");
    expect((await replayRuns(without)).equal).toBe(false);
    const at = events.findIndex(({ kind, action_id }) => kind === "action_succeeded" && action_id === "a");
    const swapped = [...events];
    [swapped[at], swapped[at + 1]] = [events[at + 1]!, events[at]!];
    expect((await replayRuns(swapped)).divergences).toHaveLength(1);
  });

  it("[RP-1] a schema that the output does not keep shows at the event that succeeded", async () => {
    const { events } = await recorded();
    const returns = { type: "object", required: ["nothing"] };
    const strict = edited(events, "config_changed", (data) => {
      const config = data["config"] as { tools: readonly JsonObject[] };
      return { ...data, config: { ...config, tools: config.tools.map((schema) => ({ ...schema, returns })) } };
    });
    expect((await replayRuns(strict)).divergences).toMatchObject([
      { action_id: "a", field: "kind", replayed: "action_failed" },
    ]);
  });

  it("[RP-4] [7.4] stops at an erased payload", async () => {
    const { events } = await recorded();
    const end = events.find(({ kind }) => kind === "action_succeeded")!;
    const erased = events.map((event) => (event === end ? { ...event, data: {}, data_digest: "0".repeat(64) } : event));
    await expect(replayRuns(erased)).rejects.toMatchObject({ code: "CAR_LOG_PAYLOAD_ERASED", seq: end.seq });
  });

  it("[RP-5] says which runs were not executed again, and why", async () => {
    const { runtime } = testRuntime({ tools: [tool("t", () => 1, PAY)] });
    await runtime.execute("no proposal");
    await runtime.execute({ actions: [call("a", "t")] });
    const events = await collectEvents(runtime.eventLog);
    const { skipped, runs } = await replayRuns(events);
    expect([skipped.map(({ reason }) => reason), runs]).toEqual([["unparsed"], 1]);
    const reasonsOf = async (some: readonly CarEvent[]): Promise<unknown> =>
      (await replayRuns(some)).skipped.map(({ reason }) => reason);
    expect(await reasonsOf(events.slice(0, -1))).toEqual(["unparsed", "open"]);
    expect(await reasonsOf(events.filter(({ kind }) => kind !== "config_changed"))).toEqual(["unparsed", "no_config"]);
    expect(await reasonsOf(events.filter(({ kind }) => kind !== "proposal_received"))).toEqual(
      Array(2).fill("beginning_missing"),
    );
    const resumed = { ...events.find(({ kind }) => kind === "proposal_admitted")!, kind: "proposal_resumed" as const };
    const marked = [...events.slice(0, -1), { ...resumed, data: { after: "crash" } }, events.at(-1)!];
    expect(await reasonsOf(marked)).toEqual(["unparsed", "interrupted"]);
    // Nothing of it could be executed again, which is no success.
    expect((await replayRuns(events.slice(-4), { tools: [tool("t", () => 1, PAY)] })).equal).toBe(false);
  });

  it("[RP-5] takes the schemas from the host where the log has none", async () => {
    const { runtime } = testRuntime({ tools: [tool("t", () => 1, PAY)] });
    await runtime.execute({ actions: [call("a", "t")] });
    const events = (await collectEvents(runtime.eventLog)).filter(({ kind }) => kind !== "config_changed");
    expect(await replayRuns(events, { tools: [tool("t", () => 1, PAY)] })).toMatchObject({ equal: true, runs: 1 });
  });

  it("[RP-3] a tool that is registered or removed later is told of", async () => {
    const { runtime } = testRuntime({ tools: [tool("t", () => 1, PAY)] });
    await runtime.execute({ actions: [call("a", "t")] });
    runtime.registerTool(tool("u", () => 2, PAY));
    await runtime.execute({ actions: [call("a", "u")] });
    runtime.unregisterTool("t");
    await runtime.execute({ actions: [call("a", "t")] });
    expect(await replayRuns(await collectEvents(runtime.eventLog))).toMatchObject({ equal: true, runs: 3 });
  });

  it("[RP-2] several runtimes of one log each have their own configuration", async () => {
    const eventLog = memoryEventLog();
    for (const host of [PAY, { ...PAY, description: "another" }]) {
      const { runtime } = testRuntime({ eventLog, ids: undefined, tools: [tool("t", () => 1, host)] } as never);
      await runtime.execute({ actions: [call("a", "t")] });
    }
    expect(await replayRuns(await collectEvents(eventLog))).toMatchObject({ equal: true, runs: 2 });
  });
});

const denyPay: PolicyEngine = {
  version: "deny-pay",
  supports: { rateLimits: false },
  check: ({ action, parameters }, state) =>
    action.type === "tool_call" && (action.tool === "pay" || parameters["of"] === 7) && state.get("budget") === 100
      ? { effect: "deny", reasons: [{ policy_id: "no", message: "no" }] }
      : { effect: "allow", reasons: [] },
};

describe("replayDecisions", () => {
  it("[RP-6] [7.6] lists what another policy would have decided, with resolved parameters and the state of then", async () => {
    const { events } = await recorded();
    const { decisions, changed } = await replayDecisions(events, { policy: denyPay });
    // Permission is asked for before each attempt, and `a` had two.
    expect(decisions).toBe(4);
    expect(changed.map(({ action_id, now, follows_change }) => [action_id, now.effect, follows_change])).toEqual([
      ["a", "deny", false],
      ["a", "deny", true],
      ["b", "deny", true],
    ]);
  });

  it("[RP-6] lists nothing under the policy that was there, and replays its decisions anew", async () => {
    const { runtime } = testRuntime({ tools: [tool("pay", () => 1, PAY)], policy: denyPay, state: { budget: 100 } });
    await runtime.execute({ actions: [call("a", "pay")] });
    const events = await collectEvents(runtime.eventLog);
    expect(await replayDecisions(events, { policy: denyPay })).toMatchObject({ decisions: 1, changed: [] });
    expect((await replayRuns(events, { policy: denyPay })).equal).toBe(true);
    const allow: PolicyEngine = { ...denyPay, check: () => Promise.resolve({ effect: "allow", reasons: [] }) };
    expect((await replayRuns(events, { policy: allow })).divergences).toMatchObject([
      { kind: "policy_decided", field: "effect", recorded: "deny", replayed: "allow" },
    ]);
    expect((await replayDecisions(events, { policy: allow })).changed).toMatchObject([{ action_id: "a" }]);
  });
});
