import { scriptedInference, type ScriptedAnswer } from "@car/conformance";
import { InferenceFailedError } from "@car/ir";
import { describe, expect, it } from "vitest";
import { testRuntime, tool } from "../testing/fixtures.js";
import type { AgentOptions } from "./agent-options.js";
import { runAgent } from "./run-agent.js";

const CALL = { id: "c1", name: "remove", arguments: {} };

async function agent(answers: readonly ScriptedAnswer[], more: Partial<AgentOptions> = {}) {
  const rig = testRuntime({ tools: [tool("remove", () => "gone", { reversibility: "reversible" })] });
  const result = await runAgent({ runtime: rig.runtime, model: scriptedInference(answers), goal: "g", ...more });
  return { result, kinds: rig.kinds };
}

describe("an answer that is not whole", () => {
  it.each([
    "length",
    "max_tokens",
    "MAX_TOKENS",
    "content_filter",
    "content-filter",
    "refusal",
    "SAFETY",
    "error",
    "unknown",
    "pause_turn",
    "other",
  ])(
    "[AG-15] that ended with `%s`: no call of it is made, the model is told why, and may ask again",
    async (finish_reason) => {
      const { result, kinds } = await agent([{ tool_calls: [CALL], finish_reason }, "done"]);
      expect(kinds).toEqual([]);
      expect(result).toMatchObject({ stop: "goal_reached", turns: [{ problems: [{ code: "incomplete" }] }, {}] });
      const told = result.messages.filter(({ role }) => role === "tool");
      expect(told).toMatchObject([{ tool_call_id: "c1", content: expect.stringContaining(finish_reason) as string }]);
    },
  );

  it.each(["stop", "tool_calls", "tool-calls", "tool_use", "function_call", "end_turn", "STOP"])(
    "[AG-15] one that ended with `%s` is whole",
    async (finish_reason) => {
      const { result } = await agent([{ tool_calls: [CALL], finish_reason }, "done"]);
      expect(result.turns[0]?.result?.status).toBe("committed");
    },
  );

  it("[AG-8] arguments that no tool can be given are told to the model, and do not end the agent", async () => {
    const broken = { id: "c1", name: "remove", arguments: '{"path":"\\ud800"}' };
    const { result } = await agent([{ tool_calls: [broken] }, "done"]);
    expect(result).toMatchObject({ stop: "goal_reached", turns: [{ problems: [{ call: 0, code: "invalid" }] }, {}] });
  });

  it("[AG-15] without a call, the model is told in words", async () => {
    const { result } = await agent([{ text: "It is", finish_reason: "length" }, "It is so."]);
    expect(result).toMatchObject({ stop: "goal_reached", text: "It is so." });
    expect(result.messages.slice(2, 4)).toMatchObject([
      { role: "assistant", content: "It is" },
      { role: "user", content: expect.stringMatching(/^Nothing of your last answer was used: .*length/) as string },
    ]);
  });

  it("[AG-15] one that calls tools, and has no call, has lost them: the model is told, and may ask again", async () => {
    const lost = { text: "I will remove it.", finish_reason: "tool_calls" };
    const { result } = await agent([lost, { tool_calls: [CALL] }, "Removed."]);
    expect(result).toMatchObject({ stop: "goal_reached", text: "Removed.", usage: { tool_calls: 1 } });
    expect(result.messages[3]?.content).toMatch(/it calls tools, and has no call/);
  });

  it.each([
    ["length", "max_tokens"],
    ["content_filter", "model_failed"],
    ["error", "model_failed"],
  ])("[AG-15] again and again with `%s` it ends the agent", async (finish_reason, stop) => {
    const answers = Array.from({ length: 5 }, () => ({ tool_calls: [CALL], finish_reason }));
    const { result, kinds } = await agent(answers, { limits: { maxRepeats: 2 } });
    expect([result.stop, result.turns.length, kinds]).toEqual([stop, 2, []]);
  });

  it("[AG-15] a whole one in between begins the count anew", async () => {
    const cut = { text: "a", finish_reason: "length" };
    const { result } = await agent([cut, { tool_calls: [CALL] }, cut, "done"], { limits: { maxRepeats: 2 } });
    expect(result.stop).toBe("goal_reached");
  });

  const failing = (kind: "bad_answer" | "unavailable") => () => {
    throw new InferenceFailedError("model `m`: a tool call has no name", { kind });
  };

  it("[AG-15] an answer that its provider could not use is told, within the same bound", async () => {
    const once = await agent([failing("bad_answer"), "done"]);
    expect(once.result).toMatchObject({ stop: "goal_reached" });
    expect(once.result.messages[2]).toMatchObject({
      role: "user",
      content: expect.stringContaining("no name") as string,
    });
    const ever = await agent(Array.from({ length: 5 }, () => failing("bad_answer")));
    expect(ever.result).toMatchObject({ stop: "model_failed", error: { kind: "bad_answer" } });
    expect((await agent([failing("unavailable"), "done"])).result.stop).toBe("model_failed");
  });
});

describe("options that are wrong", () => {
  it.each([
    [{ model: {}, tools: [], goal: "g" }, "`model` is an object with `infer`: `infer` is a function"],
    [{ model: scriptedInference(["x"]), tools: [] }, "`runAgent` takes a `model` and a `goal`"],
    [{ model: scriptedInference(["x"]), tools: [], goal: 5 }, "`goal` is a text, not a number"],
  ])("[AG-13] %j is refused", async (options, message) => {
    await expect(runAgent(options as never)).rejects.toMatchObject({ code: "CAR_CONFIG_INVALID", message });
  });
});
