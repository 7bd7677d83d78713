import { countingIds, manualClock } from "@car/conformance";
import { runAgent } from "@car/agent";
import { createRuntime, type RuntimeOptions } from "@car/engine";
import { memoryEventLog, verifyChain } from "@car/eventlog";
import { InferenceFailedError, type JsonObject } from "@car/ir";
import { createMemgine, type Memgine } from "@car/memgine";
import { denyToolParam, rulePolicy } from "@car/policy";
import { describe, expect, it } from "vitest";
import { scriptedProvider, type ScriptedReply } from "../providers/scripted-provider.js";
import { createRouter } from "../router/create-router.js";
import { logFallbacks } from "../router/log-fallbacks.js";
import { inferenceTools } from "./inference-tools.js";

const usage = { input_tokens: 20, output_tokens: 10 };
const PRICE = { usd_per_million_tokens: { input: 1_000, output: 2_000 } };

const down: ScriptedReply = () => {
  throw new InferenceFailedError("no connection", { kind: "unavailable", model: "far" });
};

/** A log, a memory, two models of which the better one is down, and a runtime with all tools. */
function wholeRuntime(replies: readonly string[], options: RuntimeOptions = {}) {
  const clock = manualClock(1_700_000_000_000);
  const eventLog = memoryEventLog();
  const far = scriptedProvider({ replies: [down, down, down, down], about: { id: "far", quality: 1 } });
  const near = scriptedProvider({
    replies: replies.map((text) => ({ text, usage })),
    about: { id: "near", quality: 0.1, ...PRICE },
  });
  const router = createRouter({ providers: [far, near], clock, onFallback: logFallbacks(eventLog, clock) });
  const memory = createMemgine({ clock, ids: countingIds() });
  const tools = inferenceTools({
    router,
    memory,
    readerOf: (principal) => ({ roles: principal === "ana" ? ["HR"] : [] }),
    groundedCache: { clock, ttlSecs: 60 },
    reserve: { tokens: 30 },
  });
  const runtime = createRuntime({ tools, eventLog, memory, clock, ...options });
  return { runtime, memory, near, eventLog };
}

const ask = (tool: string, parameters: JsonObject, id = "ask") =>
  ({ id, type: "tool_call", tool, parameters }) as const;

const grounded = (memory: Memgine, value: string): void => {
  memory.remember({ key: "budget", value });
};

describe("inference on a runtime", () => {
  it("[IN-39] a fallback is an event of the runtime's log, in its chain, and names the run that asked", async () => {
    const { runtime, eventLog } = wholeRuntime(["hello"]);
    const { run_id, results } = await runtime.execute({ actions: [ask("infer", { prompt: "hi" })] });
    expect(results[0]!.output).toMatchObject({ text: "hello", model: "near" });
    const events = [];
    for await (const event of eventLog.read()) events.push(event);
    const fallback = events.find(({ kind }) => kind === "model_fallback");
    const caller = { run_id, action_id: "ask" };
    expect(fallback?.data).toMatchObject({ from: "far", to: "near", kind: "unavailable", caller });
    expect(await verifyChain(events)).toMatchObject({ valid: true });
  });

  it("[IN-39] policy refuses a call of a model before a model is asked", async () => {
    const policy = rulePolicy([denyToolParam({ tool: "infer", param: "prompt", contains: "password" })]);
    const { runtime, near } = wholeRuntime(["x"], { policy });
    const { results } = await runtime.execute({ actions: [ask("infer", { prompt: "my password" })] });
    expect(results[0]!.reason?.code).toBe("policy_denied");
    expect(near.requests).toEqual([]);
  });

  it("[IN-39] [IN-31] tokens that were used settle what was reserved, over the actions of one run", async () => {
    const budget = { counters: { tokens: 60, usd: 1 }, on_exceeded: "commit" as const };
    const { runtime, near } = wholeRuntime(["1", "2", "3"], { budget });
    const actions = ["a", "b", "c"].map((id) => ask("infer", { prompt: id }, id));
    const { results } = await runtime.execute({ actions });
    expect(results.map(({ status, reason }) => reason?.code ?? status)).toEqual([
      "succeeded",
      "succeeded",
      "budget_exceeded",
    ]);
    expect(near.requests).toHaveLength(2);
  });

  it("[IN-39] [IN-36] a grounded answer is asked for anew when the memory has changed, and keeps the caller's context", async () => {
    const { runtime, memory, near } = wholeRuntime(["900", "400"]);
    grounded(memory, "900 crowns");
    const actions = [ask("infer.grounded", { prompt: "What is the budget?", context: "Answer in one word." })];
    const textOf = async () => ((await runtime.execute({ actions })).results[0]!.output as JsonObject)["text"];
    expect([await textOf(), await textOf()]).toEqual(["900", "900"]);
    grounded(memory, "400 crowns");
    expect(await textOf()).toBe("400");
    const [context, remembered] = near.requests[1]!.messages.map(({ content }) => content);
    expect(context).toContain("\nAnswer in one word.\n");
    expect(remembered).toContain("budget: 400 crowns");
    expect(remembered).not.toContain("900");
  });

  it("[IN-39] [IN-35] what is restricted is found for those who may read it, and for nobody else", async () => {
    const { runtime, memory, near } = wholeRuntime(["1", "2"]);
    memory.remember({ value: "The salary band is A.", access: { roles: ["HR"] } });
    const actions = [ask("infer.grounded", { prompt: "Which salary band?" })];
    for (const principal of ["ben", "ana"]) await runtime.execute({ actions }, { principal });
    const said = near.requests.map(({ messages }) => messages.some(({ content }) => content.includes("band is A")));
    expect(said).toEqual([false, true]);
  });

  it("[IN-39] an agent of the engine has a router as its model, and finds the tools by the names models accept", async () => {
    const { runtime } = wholeRuntime([]);
    const model = scriptedProvider({
      replies: [
        { tool_calls: [{ id: "c1", name: "list_models", arguments: "{}" }], usage },
        ({ messages }) => (messages.at(-1)?.content.includes('"near"') === true ? "far and near" : "no answer"),
      ],
    });
    const router = createRouter({ providers: [model], clock: manualClock() });
    const result = await runAgent({ model: router, runtime, goal: "Which models are there?", offer: ["list_models"] });
    expect(result).toMatchObject({ stop: "goal_reached", text: "far and near" });
    expect(result.usage).toMatchObject({ input_tokens: 20, tool_calls: 1 });
  });
});
