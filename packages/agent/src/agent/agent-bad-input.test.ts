import { type ManualClock, scriptedInference, type ScriptedAnswer } from "@car/conformance";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { testRuntime, tool } from "../testing/fixtures.js";
import type { AgentOptions, AgentResult } from "./agent-options.js";
import { runAgent } from "./run-agent.js";

const never = (): Promise<never> => new Promise(() => undefined);
const look = tool("look", () => 1, { reversibility: "reversible" });
const hang = tool("hang", never, { reversibility: "reversible" });
const throwing = (error: unknown) => () => {
  throw error;
};

async function agent(answers: readonly ScriptedAnswer[], more: Partial<AgentOptions> = {}) {
  const rig = testRuntime({ tools: [look, hang] });
  const options = { runtime: rig.runtime, model: scriptedInference(answers), goal: "g", clock: rig.clock, ...more };
  const running = runAgent(options);
  running.catch(() => undefined);
  return { ...rig, running };
}

async function ended(answers: readonly ScriptedAnswer[], more: Partial<AgentOptions> = {}): Promise<AgentResult> {
  return (await agent(answers, more)).running;
}

async function after(clock: ManualClock, ms: number, running: Promise<AgentResult>): Promise<AgentResult> {
  await clock.advanceAsync(ms);
  const result = await running;
  expect(clock.pending()).toBe(0);
  return result;
}

const calling = (name: string, input: unknown, id = "c1"): ScriptedAnswer => ({
  tool_calls: [{ id, name, arguments: input as never }],
});

describe("runAgent and a model that misbehaves", () => {
  it.each<[string, ScriptedAnswer]>([
    ["nothing", () => undefined],
    ["null", () => null],
    ["a number", () => 7],
    ["an object without fields", () => ({})],
    ["no usage", () => ({ text: "x" })],
    ["a negative usage", { text: "x", usage: { input_tokens: -1, output_tokens: 0 } }],
    ["NaN as usage", { text: "x", usage: { input_tokens: Number.NaN, output_tokens: 0 } }],
    ["calls that are no list", () => ({ text: "", tool_calls: 5, usage: { input_tokens: 0, output_tokens: 0 } })],
    ["a call that is null", { tool_calls: [null as never] }],
    ["a call without a name", { tool_calls: [{ id: "a" } as never] }],
    ["a name of 1 MB", calling("x".repeat(1_000_000), {})],
    ["neither text nor calls", ""],
    ["a withheld answer", { text: "no", finish_reason: "content_filter" }],
    ["an exception", throwing(new Error("overloaded"))],
    ["a thrown string", throwing("overloaded")],
    ["a getter that throws", () => Object.defineProperty({}, "text", { get: throwing(new Error("no")) })],
  ])("[AG-7] %s ends the agent as `model_failed`, with an error", async (_what, answer) => {
    const result = await ended([calling("look", {}), answer]);
    expect(result.stop).toBe("model_failed");
    expect(result.error).toBeInstanceOf(Error);
    expect(result.turns[0]?.result?.status).toBe("committed");
  });

  it.each<[string, ScriptedAnswer, RegExp]>([
    ["arguments that are no JSON", calling("look", "{"), /not JSON/],
    ["arguments that are a list", calling("look", [1]), /not a JSON object/],
    ["arguments that are a number", calling("look", 5), /not a JSON object/],
    ["arguments of 5 MB", calling("look", { text: "x".repeat(5_000_000) }), /unusable/],
    ["100,000 levels of arguments", calling("look", "[".repeat(90_000)), /not JSON/],
    ["arguments with a lone surrogate", calling("look", { text: "\ud800" }), /unusable/],
    [
      "arguments with a BigInt",
      () => ({ ...ANSWER, tool_calls: [{ id: "a", name: "look", arguments: { n: 1n } }] }),
      /unusable/,
    ],
    ["an unknown tool", calling("nothing", {}), /unknown_tool/],
    ["`__proto__` as a tool", calling("__proto__", {}), /unknown_tool/],
    ["a lone surrogate as a tool", calling("\ud800", {}), /unknown_tool/],
  ])("[AG-8] %s: nothing runs, the model is told, and may go on", async (_what, answer, message) => {
    const { running, kinds } = await agent([answer, "sorry"]);
    const result = await running;
    expect(result.stop).toBe("goal_reached");
    expect(result.messages.find(({ role }) => role === "tool")?.content).toMatch(message);
    expect(result.messages.find(({ role }) => role === "tool")?.content.length).toBeLessThan(20_000);
    expect(kinds).toEqual([]);
  });

  it("[AG-8] two calls with one id: nothing runs, and the ids the model is shown differ", async () => {
    const one = { id: "c", name: "look", arguments: {} };
    const { running, kinds } = await agent([{ tool_calls: [one, one] }, "sorry"]);
    const { messages } = await running;
    expect(messages.filter(({ role }) => role === "tool").map((each) => each.tool_call_id)).toEqual(["c", "c_2"]);
    expect(messages[2]?.tool_calls?.map(({ id }) => id)).toEqual(["c", "c_2"]);
    expect(kinds).toEqual([]);
  });

  it("[AG-8] ids that are empty, or alike as action ids, are told apart, and the calls run", async () => {
    const ids = ["", "", "a.b", "a/b", "x".repeat(900)];
    const tool_calls = ids.map((id) => ({ id, name: "look", arguments: {} }));
    const result = await ended([{ tool_calls }, "done"]);
    expect(result.turns[0]?.result?.results.map(({ status }) => status)).toEqual(Array(5).fill("succeeded"));
    expect(new Set(result.messages[2]?.tool_calls?.map(({ id }) => id)).size).toBe(5);
  });

  it("[AG-7] text of 5 MB is cut, in the conversation and in the result", async () => {
    const text = "x".repeat(5_000_000);
    const result = await ended([{ text, tool_calls: [{ id: "a", name: "look", arguments: {} }] }, text], {
      limits: { maxTextChars: 1_000 },
    });
    expect(result.stop).toBe("goal_reached");
    expect(result.text).toMatch(/\[cut: 4999000 more characters\]$/);
    expect(JSON.stringify(result.messages).length).toBeLessThan(5_000);
  });

  it("[AG-7] a model that hangs is given up; with less time left than that, the time is named", async () => {
    let signal: AbortSignal | undefined;
    const hanging: ScriptedAnswer = (_request, options) => {
      signal = options.signal;
      return never();
    };
    const one = await agent([hanging], { limits: { modelTimeoutMs: 1_000 } });
    expect(await after(one.clock, 1_000, one.running)).toMatchObject({ stop: "model_failed" });
    expect(signal?.aborted).toBe(true);
    const two = await agent([hanging], { limits: { modelTimeoutMs: 1_000, maxDurationMs: 500 } });
    expect(await after(two.clock, 500, two.running)).toMatchObject({ stop: "time" });
  });

  it("[AG-9] the caller's signal ends it while the model thinks, while a tool runs, and before anything", async () => {
    const thinking = new AbortController();
    const first = await agent([never], { signal: thinking.signal });
    await first.clock.advanceAsync(0);
    thinking.abort();
    expect(await after(first.clock, 0, first.running)).toMatchObject({ stop: "canceled" });

    const working = new AbortController();
    const second = await agent([calling("hang", {}), "never said"], { signal: working.signal });
    await second.clock.advanceAsync(0);
    working.abort();
    const result = await after(second.clock, 5_000, second.running);
    expect(result).toMatchObject({ stop: "canceled", turns: [{ result: { status: "canceled" } }] });
    expect(second.kinds).toContain("proposal_canceled");

    expect(await ended(["x"], { signal: AbortSignal.abort() })).toMatchObject({ stop: "canceled", turns: [] });
  });

  it("[AG-9] a tool that hangs ends with the agent's time", async () => {
    const { clock, running } = await agent([calling("hang", {})], { limits: { maxDurationMs: 2_000 } });
    expect(await after(clock, 7_000, running)).toMatchObject({
      stop: "time",
      turns: [{ result: { status: "canceled" } }],
    });
  });

  it("[AG-10] a runtime that is closed, or throws, ends it as `runtime_failed`", async () => {
    const { runtime } = testRuntime({ tools: [look] });
    const model = scriptedInference([calling("look", {})]);
    await runtime.close();
    expect(await runAgent({ runtime, model, goal: "g" })).toMatchObject({
      stop: "runtime_failed",
      error: { code: "CAR_RUNTIME_CLOSED" },
    });
    const broken = { tools: throwing(new Error("no tools")), verify: never, execute: never };
    expect(await runAgent({ runtime: broken, model: scriptedInference(["x"]), goal: "g" })).toMatchObject({
      stop: "runtime_failed",
    });
    expect(await ended([calling("look", {})], { plan: throwing(new Error("no plan")) })).toMatchObject({
      stop: "runtime_failed",
    });
  });

  it("[AG-8] [AG-5] whatever a model answers, the agent ends with a name, within its bounds, and answers every call once", () => {
    const anyCall = fc.record({
      id: fc.oneof(fc.constantFrom("a", "a", "b.c", "b/c", ""), fc.string()),
      name: fc.oneof(fc.constantFrom("look", "look", "nothing"), fc.string({ unit: "binary" })),
      arguments: fc.oneof(fc.constant({}), fc.constantFrom("{}", "{", "[]"), fc.anything()),
    });
    const usage = { input_tokens: 1, output_tokens: 1 };
    const anyAnswer = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({
          text: fc.string(),
          tool_calls: fc.array(anyCall, { maxLength: 4 }),
          usage: fc.constant(usage),
        }),
      },
      { weight: 1, arbitrary: fc.anything() },
    );
    const law = fc.asyncProperty(fc.array(anyAnswer, { minLength: 6, maxLength: 6 }), async (answers) => {
      const result = await ended(
        answers.map((answer) => () => answer),
        { limits: { maxTurns: 5, maxToolCalls: 8 } },
      );
      expect(result.turns.length).toBeLessThanOrEqual(5);
      expect(result.usage.tool_calls).toBeLessThanOrEqual(8);
      expect(["runtime_failed", "time", "canceled"]).not.toContain(result.stop);
      const asked = result.messages.flatMap((message) => message.tool_calls?.map(({ id }) => id) ?? []);
      const answered = result.messages.flatMap(({ tool_call_id: id }) => (id === undefined ? [] : [id]));
      expect(answered).toEqual(asked);
      expect(JSON.stringify(result.messages)).toBeTypeOf("string");
    });
    return fc.assert(law, { numRuns: 80 });
  });
});

const ANSWER = { text: "", usage: { input_tokens: 0, output_tokens: 0 }, model: "m", finish_reason: "stop" };
