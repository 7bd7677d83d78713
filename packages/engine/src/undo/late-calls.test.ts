import { collectEvents } from "@car/conformance/internal";
import type { ProposalInput } from "@car/ir";
import type { ToolContext } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { createRuntime } from "../create-runtime.js";
import { replayRuns } from "../replay/replay-runs.js";
import type { RuntimeOptions } from "../runtime-options.js";
import { call, testRuntime, tool } from "../testing/fixtures.js";
import { reopened } from "../testing/reopened.js";

const COMPENSABLE = {
  reversibility: "compensable",
  timeout_ms: 30,
  compensation: { tool: "remove", parameters: {} },
} as const;
const FREE = { reversibility: "reversible" } as const;

interface Case {
  /** What the n-th call of `create` does, from 1, besides making its thing when it answers. */
  readonly create: (context: ToolContext, n: number, sleep: (ms: number) => Promise<void>) => Promise<unknown>;
  readonly host?: object;
  readonly actions?: ProposalInput["actions"];
  readonly cancelAt?: number;
}

/** Lets a call be undone, and its last words be said. What is left outside, and what the run tells of it. */
async function undone({ create, host = {}, actions = [call("a", "create")], cancelAt }: Case) {
  const left = new Set<string>();
  let calls = 0;
  const options: RuntimeOptions = {
    limits: { drain_timeout_ms: 40 },
    tools: [
      tool(
        "create",
        async (_, context) => {
          await create(context, ++calls, (ms) => new Promise((resolve) => made.clock.setTimer(resolve, ms)));
          left.add("thing");
          return 1;
        },
        { ...COMPENSABLE, ...host },
      ),
      tool("remove", () => left.delete("thing"), FREE),
      tool("bad", () => Promise.reject(new Error("broken")), FREE),
    ],
  };
  const made = testRuntime(options);
  const controller = new AbortController();
  if (cancelAt !== undefined) made.clock.setTimer(() => controller.abort(), cancelAt);
  const running = made.runtime.execute({ actions }, { signal: controller.signal });
  await made.clock.advanceAsync(1_000);
  const result = await running;
  expect(result.results[0]?.compensated).toBe(true);
  const replayed = await replayRuns(await collectEvents(made.runtime.eventLog));
  expect([replayed.divergences, replayed.skipped]).toEqual([[], []]);
  return [result.external_effects, [...left]];
}

const heeding = ({ signal }: ToolContext): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));
const FAILS = call("bad", "bad", { dependencies: ["a"] });
const RETRIED = call("a", "create", { failure_behavior: "retry", max_retries: 1 });

describe("a call that had not answered when it was undone", () => {
  it.each<[string, Case, readonly string[]]>([
    ["acts after it was compensated", { create: (_, _n, sleep) => sleep(100) }, ["thing"]],
    ["never answers", { create: () => new Promise(() => undefined) }, []],
    [
      "is told to stop and goes on",
      { create: (_, _n, sleep) => sleep(200), host: { timeout_ms: 500 }, cancelAt: 10 },
      ["thing"],
    ],
    [
      "has been followed by an attempt that succeeded",
      {
        create: (_, n, sleep) => sleep(n === 1 ? 400 : 1),
        host: { idempotent: true },
        actions: [RETRIED, FAILS],
      },
      ["thing"],
    ],
  ])("[EN-125] [EN-121] [5.2] leaves what nobody knows: it %s", async (_what, one, left) => {
    expect(await undone(one)).toEqual(["unknown", left]);
  });

  it.each<[string, Case]>([
    ["when it is told to stop", { create: heeding }],
    ["when it is told to stop by a run that is given up", { create: heeding, host: { timeout_ms: 500 }, cancelAt: 10 }],
    [
      "before its run is undone",
      {
        create: (_, n, sleep) => sleep(n === 1 ? 60 : 1),
        host: { idempotent: true },
        actions: [RETRIED, FAILS],
      },
    ],
  ])("[EN-125] [5.2] leaves nothing where it had answered by then: %s", async (_what, one) => {
    expect(await undone(one)).toEqual(["none", []]);
  });
});

describe("a call that an earlier process had made", () => {
  const tools: RuntimeOptions["tools"] = [
    tool("create", () => new Promise(() => undefined), COMPENSABLE),
    tool("remove", () => 1, FREE),
  ];

  it.each<[string, "action_executing" | "action_failed" | "compensation_started"]>([
    ["and that was under way when that ended", "action_executing"],
    ["and whose time was up", "action_failed"],
    ["and whose compensation had begun", "compensation_started"],
  ])("[EN-125] [8.2] %s, leaves what nobody knows", async (_what, until) => {
    const first = await reopened([]);
    const before = createRuntime({ durable: first, tools });
    const lost = await before.execute({ actions: [call("a", "create")] });
    const events = await collectEvents(first.eventLog);
    const at = events.findIndex(({ kind }) => kind === until);
    const after = createRuntime({ durable: await reopened(events.slice(0, at + 1)), tools });
    const { runs } = await after.recover();
    const { external_effects, results } = runs[0]!.result;
    expect([external_effects, results[0]?.compensated]).toEqual(["unknown", true]);
    expect(external_effects).toBe(lost.external_effects);
  });

  it("[EN-125] [8.2] and of which the host knows that it acted, leaves nothing when it is undone", async () => {
    const first = await reopened([]);
    const plan = { actions: [call("a", "create"), call("fail", "remove", { dependencies: ["a"] })] };
    await createRuntime({ durable: first, tools }).execute(plan);
    const events = await collectEvents(first.eventLog);
    const begun = events.slice(0, events.findIndex(({ kind }) => kind === "action_executing") + 1);
    let calls = 0;
    const remove = tool("remove", () => (calls++ === 0 ? Promise.reject(new Error("broken")) : 1), FREE);
    const after = createRuntime({ durable: await reopened(begun), tools: [tools[0]!, remove] });
    const { runs } = await after.recover({ onInDoubt: () => ({ output: 1 }) });
    const { status, external_effects, results } = runs[0]!.result;
    expect([status, external_effects, results[0]?.compensated]).toEqual(["rolled_back", "none", true]);
  });
});
