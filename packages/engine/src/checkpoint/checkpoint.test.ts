import type { CarEvent } from "@car/ir";
import { collectEvents } from "@car/conformance/internal";
import { replayState } from "@car/eventlog";
import { memoryApprovalStore } from "@car/approvals";
import { requireApproval, rulePolicy } from "@car/policy";
import { memoryStateStore } from "@car/state";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fork } from "../fork.js";
import { replayRuns } from "../replay/replay-runs.js";
import { call, testRuntime, tool } from "../testing/fixtures.js";
import type { Checkpoint } from "./checkpoint.js";

const REVERSIBLE = { reversibility: "reversible" } as const;

function write(key: string, value: unknown): object {
  return { id: `w_${key}`, type: "state_write", parameters: { key, value } };
}

function stateOf(runtime: { readonly state: { keys(): readonly string[]; get(key: string): unknown } }): object {
  return Object.fromEntries(runtime.state.keys().map((key) => [key, runtime.state.get(key)]));
}

describe("checkpoint and restore", () => {
  it("[CK-1] [8.3] restore replaces: values, origins and the trusted value under a claim are back, other keys are gone", async () => {
    const { runtime } = testRuntime({ state: { kept: 1 } });
    await runtime.execute({ actions: [write("kept", 2)] });
    const checkpoint = await runtime.checkpoint();
    const before = runtime.state.entry("kept");
    await runtime.state.set("kept", 3);
    await runtime.state.set("later", true);
    await runtime.restore(JSON.parse(JSON.stringify(checkpoint)) as Checkpoint);
    expect(stateOf(runtime)).toEqual({ kept: 2 });
    expect(runtime.state.entry("kept")).toEqual(before);
    expect(before?.trusted).toEqual({ value: 1, origin: "host" });
  });

  it("[CK-2] [8.3] receipts come along: a call that was made before is not made again", async () => {
    let calls = 0;
    const tools = [tool("once", () => ++calls, { reversibility: "irreversible" })];
    const { runtime } = testRuntime({ tools });
    const ask = { actions: [call("a", "once", { idempotent: true })] };
    const empty = await runtime.checkpoint();
    await runtime.execute(ask);
    const checkpoint = await runtime.checkpoint();
    await runtime.restore(empty);
    expect((await runtime.execute(ask)).results[0]!.output).toBe(2);
    await runtime.restore(checkpoint);
    expect((await runtime.execute(ask)).results[0]).toMatchObject({ output: 1, deduplicated: true });
    expect([checkpoint.tools.map(({ name }) => name), checkpoint.limits.max_depth, calls]).toEqual([["once"], 64, 2]);
  });

  it("[CK-3] [8.3] is refused while a run is open, here or on the same store", async () => {
    let finish!: () => void;
    const slow = tool("slow", () => new Promise<void>((resolve) => (finish = resolve)), {
      ...REVERSIBLE,
      effects: ["k"],
    });
    const state = memoryStateStore({ a: 1 });
    const [{ runtime }, { runtime: other }] = [testRuntime({ tools: [slow], state }), testRuntime({ state })];
    const checkpoint = await runtime.checkpoint();
    const open = runtime.execute({ actions: [call("a", "slow")] });
    for (const each of [runtime, other]) {
      await expect(each.restore(checkpoint)).rejects.toMatchObject({ code: "CAR_RUNTIME_BUSY" });
    }
    finish();
    await open;
    await other.restore(checkpoint);
    await runtime.restore(checkpoint);
  });

  it("[CK-3] [8.3] is refused while a run is suspended: it would go on with what it had read before", async () => {
    const policy = rulePolicy([requireApproval("pay")]);
    const paid: unknown[] = [];
    const pay = tool("pay", ({ amount }) => void paid.push(amount));
    const options = { tools: [pay], policy, approvals: memoryApprovalStore() };
    const [{ runtime }, { runtime: other }] = [
      testRuntime({ ...options, state: { k: 1_000 } }),
      testRuntime({ state: { k: 0 } }),
    ];
    const read = { id: "r", type: "state_read", parameters: { key: "k" } } as const;
    const { run_id } = await runtime.execute({
      actions: [read, call("p", "pay", { parameters: { amount: "$r.output" } })],
    });
    await expect(runtime.restore(await other.checkpoint())).rejects.toMatchObject({ code: "CAR_RUNTIME_BUSY" });
    expect((await runtime.resume(run_id, { signal: AbortSignal.abort() })).status).toBe("canceled");
    await runtime.restore(await other.checkpoint());
    expect([paid, runtime.state.get("k")]).toEqual([[], 0]);
  });

  it("[CK-4] the log tells of both, and rebuilds the state that was restored", async () => {
    const { runtime } = testRuntime({ state: { a: 1 } });
    const checkpoint = await runtime.checkpoint();
    await runtime.state.set("b", 2);
    await runtime.restore(checkpoint);
    await runtime.execute({ actions: [write("c", 3)] });
    const events = await collectEvents(runtime.eventLog);
    const [saved, restored] = ["checkpoint_saved", "checkpoint_restored"].map((kind) =>
      events.find((event) => event.kind === kind)!,
    ) as [CarEvent, CarEvent];
    expect(checkpoint.head).toEqual({ seq: saved.seq, hash: saved.hash });
    expect(restored.data).toEqual({ source: checkpoint.head, state_version: 1, changed_tools: [] });
    const replayed = await replayState(events);
    expect(replayed.entries()).toEqual(runtime.state.keys().map((key) => [key, runtime.state.entry(key)]));
    expect((await replayRuns(events)).equal).toBe(true);
  });

  it("[CK-5] what is no checkpoint is refused, and nothing changes", async () => {
    const { runtime } = testRuntime({ state: { a: 1 } });
    const good = await runtime.checkpoint();
    const bads = [null, 1, {}, { ...good, format_version: 2 }, { ...good, entries: {} }, { ...good, head: {} }];
    for (const bad of [
      ...bads,
      { ...good, entries: [{}] },
      { ...good, entries: [null] },
      { ...good, state_version: "1" },
    ]) {
      await expect(runtime.restore(bad as never)).rejects.toMatchObject({ code: "CAR_CHECKPOINT_INVALID" });
    }
    expect(stateOf(runtime)).toEqual({ a: 1 });
    await runtime.close();
    await expect(runtime.restore(good)).rejects.toMatchObject({ code: "CAR_RUNTIME_CLOSED" });
  });

  it("[CK-1] any states: restoring the first after the second gives the first", async () => {
    const anyState = fc.dictionary(fc.string(), fc.jsonValue());
    const law = fc.asyncProperty(anyState, anyState, async (first, second) => {
      const { runtime } = testRuntime({ state: first as never });
      const checkpoint = await runtime.checkpoint();
      for (const [key, value] of Object.entries(second)) await runtime.state.set(key, value as never);
      await runtime.restore(checkpoint);
      expect(await runtime.checkpoint()).toMatchObject({ entries: checkpoint.entries });
    });
    await fc.assert(law, { numRuns: 60 });
  });
});

describe("fork", () => {
  it("[CK-6] [8.3] goes on from a checkpoint in a runtime of its own, the original is untouched", async () => {
    const tools = [tool("t", (_, { state }) => void state.set("made", 1), { ...REVERSIBLE, effects: ["made"] })];
    const { runtime } = testRuntime({ tools, state: { a: 1 } });
    await runtime.state.set("b", 2);
    const checkpoint = await runtime.checkpoint();
    const forked = await fork({ checkpoint }, { tools });
    expect(forked.state.entry("b")).toEqual(runtime.state.entry("b"));
    await forked.execute({ actions: [call("x", "t")] });
    expect([stateOf(forked), stateOf(runtime)]).toEqual([
      { a: 1, b: 2, made: 1 },
      { a: 1, b: 2 },
    ]);
    const events = await collectEvents(forked.eventLog);
    expect(events.find(({ kind }) => kind === "checkpoint_restored")?.data).toMatchObject({ source: checkpoint.head });
    expect(await replayRuns(events)).toMatchObject({ equal: true, runs: 1 });
    await expect(fork({ checkpoint: {} as never })).rejects.toMatchObject({ code: "CAR_CHECKPOINT_INVALID" });
  });

  it("[CK-6] begins right after any event of a log, with the state of then", async () => {
    const { runtime } = testRuntime({ state: { a: 1 } });
    const states = new Map<number, object>();
    for (const value of [2, 3, 4]) {
      await runtime.execute({ actions: [write("a", value)] });
      states.set((await runtime.eventLog.head()).seq, stateOf(runtime));
    }
    const events = await collectEvents(runtime.eventLog);
    let expected: object = {};
    for (const { seq } of events) {
      expected = seq === 1 ? { a: 1 } : (states.get(seq) ?? expected);
      expect(stateOf(await fork({ events, seq }))).toEqual(expected);
    }
    await expect(fork({ events, seq: events.length + 1 })).rejects.toThrow("the log has no event");
  });
});
