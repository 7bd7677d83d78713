import type { ApprovalStore, PolicyEngine } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { call, testRuntime, tool } from "../testing/fixtures.js";
import { formatToolResult, toolMessages } from "./format-tool-result.js";
import type { ModelToolCall } from "./model-tool-call.js";
import { proposalFromToolCalls } from "./proposal-from-tool-calls.js";
import { toolsForModel } from "./tools-for-model.js";

const echo = tool("fs.read", ({ path }) => ({ path: path ?? null }), {
  description: "Reads",
  parameters: { type: "object" },
});

const ASKING: PolicyEngine = {
  version: "1",
  supports: { rateLimits: false },
  check: () => ({ effect: "require_approval", reasons: [{ policy_id: "ask", message: "somebody has to say yes" }] }),
};
const SILENT: ApprovalStore = {
  supports: { durable: false },
  request: () => undefined,
  take: () => ({ state: "pending" }),
  decide: () => Promise.reject(new Error("nobody decides")),
  grant: () => Promise.reject(new Error("nobody decides")),
  pending: () => Promise.resolve([]),
};

describe("a model's tool calls", () => {
  it("[AG-11] lists tools as each API takes them, with names it accepts", () => {
    const { runtime } = testRuntime({ tools: [echo] });
    const parameters = { type: "object" };
    expect(toolsForModel(runtime, "openai")).toEqual([
      { type: "function", function: { name: "fs_read_4074bc02", description: "Reads", parameters } },
    ]);
    expect(toolsForModel(runtime, "anthropic")).toEqual([
      { name: "fs_read_4074bc02", description: "Reads", input_schema: parameters },
    ]);
    expect(toolsForModel(runtime, "json-schema")).toEqual([{ name: "fs.read", description: "Reads", parameters }]);
  });

  it.each<[string, ModelToolCall]>([
    ["OpenAI", { id: "call_1", type: "function", function: { name: "fs_read", arguments: '{"path":"a"}' } }],
    [
      "OpenAI's responses",
      { type: "function_call", call_id: "call_1", name: "fs_read_4074bc02", arguments: '{"path":"a"}' },
    ],
    ["Anthropic", { type: "tool_use", id: "call_1", name: "fs_read", input: { path: "a" } }],
    ["the AI SDK", { toolCallId: "call_1", toolName: "fs_read", input: { path: "a" } }],
    ["plain JSON", { id: "call_1", name: "fs.read", arguments: { path: "a" } }],
  ])("[AG-11] turns a call of %s into an action that runs, and its result into messages", async (_api, modelCall) => {
    const { runtime } = testRuntime({ tools: [echo] });
    const result = await runtime.execute(proposalFromToolCalls([modelCall], { runtime }));
    expect(toolMessages(result, "openai", ["call_1"])).toEqual([
      { role: "tool", tool_call_id: "call_1", content: '{"path":"a"}' },
    ]);
    expect(toolMessages(result, "anthropic", ["call_1"])[0]).toMatchObject({ tool_use_id: "call_1", is_error: false });
  });

  it("[AG-11] names the calls whose arguments are no JSON object", () => {
    const calls: ModelToolCall[] = [
      { id: "a", name: "x", arguments: "{" },
      { id: "b", name: "x", arguments: "[1]" },
      { id: "c", name: "x", arguments: "" },
    ];
    expect(() => proposalFromToolCalls(calls)).toThrow(
      /calls\[0\]: the arguments are not JSON.*calls\[1\]: the arguments are not a JSON object/,
    );
    expect(() => proposalFromToolCalls([])).toThrow(/there are no tool calls/);
  });

  it.each(["$a.output", "to ${a.output.x}", "$$a.output"])(
    "[AG-17] a policy and whoever approves see what the model wrote, as the tool does: %s",
    async (path) => {
      const seen: unknown[] = [];
      const { runtime } = testRuntime({
        tools: [tool("fs.read", ({ path: given }) => seen.push(given))],
        policy: {
          ...ASKING,
          check: (request, state) => {
            seen.push(request.parameters["path"]);
            return ASKING.check(request, state);
          },
        },
        approver: ({ parameters }) => seen.push(parameters["path"]) > 0,
      });
      const call = { id: "c", name: "fs.read", arguments: { path } };
      expect((await runtime.execute(proposalFromToolCalls([call], { runtime }))).status).toBe("committed");
      expect(seen.length).toBeGreaterThanOrEqual(3);
      expect(new Set(seen)).toEqual(new Set([path]));
    },
  );

  it("[AG-12] cuts long text and says how much is missing", async () => {
    const { runtime } = testRuntime({ tools: [tool("long", () => "x".repeat(50_000))] });
    const result = await runtime.execute({ actions: [call("a", "long")] });
    const text = formatToolResult(result.results[0]!, { maxChars: 1_000 });
    expect(text).toBe(`${"x".repeat(1_000)}\n[cut: 49000 more characters]`);
  });

  it("[AG-12] tells a model of a failure its code, its cause and that the run was undone", async () => {
    const { runtime } = testRuntime({
      tools: [tool("bad", () => ({ error: "out of stock" }), { failures: "definite" }), echo],
    });
    const result = await runtime.execute({ actions: [call("a", "bad"), call("b", "fs.read")] });
    expect(formatToolResult(result)).toBe(
      "run rolled_back: out of stock\n- a: error (failed): out of stock\n- b: error (aborted): the run was aborted by `a`: out of stock",
    );
  });

  it("[AG-12] tells of a refused proposal everything that is wrong, each at its action", async () => {
    const strict = tool("strict", () => 1, {
      parameters: { type: "object", properties: { n: { type: "number" } }, required: ["n", "m"] },
    });
    const { runtime } = testRuntime({ tools: [strict, echo] });
    const result = await runtime.execute({
      actions: [call("a", "strict", { parameters: { n: "x" } }), call("b", "nobody"), call("c", "fs.read")],
    });
    expect(formatToolResult(result).split("\n")).toEqual([
      "run rejected",
      expect.stringMatching(/^- a: error \(invalid\): .*`?m.*; .*n: must be number/),
      "- b: error (unknown_tool): tool `nobody` is not known (known: `fs.read`, `strict`)",
      "- c: not run: the proposal was refused because of `a`",
    ]);
    expect(formatToolResult(result.results[2]!)).toBe("not run: the proposal was refused because of `a`");
    const messages = toolMessages(result, "openai", ["a", "b", "c"]);
    expect(messages.map(({ content }) => `- ${content}`)).toEqual(
      formatToolResult(result)
        .split("\n")
        .slice(1)
        .map((line) => line.replace(/^- \w: /, "- ")),
    );
  });

  it("[AG-12] a suspended run waits, and has not failed", async () => {
    const { runtime } = testRuntime({
      tools: [echo],
      policy: ASKING,
      approvals: SILENT,
    });
    const result = await runtime.execute({
      actions: [call("a", "fs.read"), call("b", "fs.read", { dependencies: ["a"] })],
    });
    expect(result.status).toBe("suspended");
    expect(formatToolResult(result)).toBe(
      "run suspended\n- a: waiting, not failed: somebody has to say yes\n" +
        "- b: waiting, not failed: it goes on when what it depends on has been approved",
    );
  });
});
