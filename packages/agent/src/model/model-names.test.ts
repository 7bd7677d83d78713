import { ProposalInvalidError } from "@car/ir";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { testRuntime, tool } from "../testing/fixtures.js";
import { modelNames, toolFinder } from "./model-names.js";
import { proposalFromToolCalls } from "./proposal-from-tool-calls.js";

const names = fc.oneof(
  fc.string({ minLength: 1, maxLength: 6, unit: "binary" }),
  fc.string({ minLength: 1, maxLength: 4, unit: fc.constantFrom("a", ".", "/", "_", "文") }),
  fc.string({ minLength: 1 }).map((end) => "x".repeat(64) + end),
);

describe("names for models", () => {
  it("[AG-16] differ, are taken by every model API, and lead back to the tool that was meant", () => {
    const law = fc.property(fc.uniqueArray(names, { maxLength: 12 }), (own) => {
      const given = modelNames(own);
      expect(new Set(given).size).toBe(own.length);
      for (const [index, name] of given.entries()) {
        expect(name).toMatch(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/);
        expect(toolFinder(own.map((each) => ({ name: each })))(name)).toBe(own[index]);
      }
    });
    fc.assert(law);
  });

  it("[AG-16] a tool that has the name that another would get keeps it", () => {
    const [fitted = ""] = modelNames(["fs.read"]);
    expect(modelNames(["fs.read", fitted])[1]).toBe(fitted);
    expect(new Set(modelNames(["fs.read", fitted])).size).toBe(2);
  });

  it.each([
    ["a name that it was not given, where one tool fits", "fs_read", ["fs.read", "other"], "fs.read"],
    ["none where two fit", "fs_read", ["fs.read", "fs/read"], "fs_read"],
    ["the tool's own", "fs.read", ["fs.read", "fs/read"], "fs.read"],
    ["the tool that is called so", "fs_read", ["fs.read", "fs_read"], "fs_read"],
  ])("[AG-16] finds by %s", (_how, name, own, meant) => {
    expect(toolFinder(own.map((each) => ({ name: each })))(name)).toBe(meant);
  });
});

const echo = tool("echo", ({ text }) => text ?? null, { reversibility: "reversible" });

async function echoed(text: unknown, options = {}): Promise<unknown> {
  const { runtime } = testRuntime({ tools: [echo] });
  const call = { id: "a", name: "echo", arguments: JSON.stringify({ text }) };
  return (await runtime.execute(proposalFromToolCalls([call], options))).results[0]?.output;
}

describe("what a model passes", () => {
  it.each([
    'value = "${database.output.url}"',
    "$result.output.text",
    "$$find.output",
    "cost: $$5 and $${x.output}",
    { $ref: "step.output.schema" },
    { $$ref: "step.output" },
    ["${{ steps.a.outputs.b }}", "$a.output"],
  ])("[AG-17] arrives as it was written: %j", async (text) => {
    expect(await echoed(text)).toEqual(text);
  });

  it("[AG-17] is a reference where the host asks for that", () => {
    const calls = [
      { id: "a", name: "echo", arguments: { text: "x" } },
      { id: "b", name: "echo", arguments: { text: "$a.output" } },
    ];
    const { actions } = proposalFromToolCalls(calls, { references: true });
    expect(actions[1]).toMatchObject({ parameters: { text: "$a.output" } });
  });

  it.each(["", " \n", "null", undefined, null, "{}", {}, '"{}"', "```json\n{}\n```"])(
    "[AG-18] %j as arguments means no parameters",
    (input) => {
      const { actions } = proposalFromToolCalls([{ id: "a", name: "echo", arguments: input }]);
      expect(actions[0]).toMatchObject({ parameters: {} });
    },
  );

  it.each([
    ["written down twice", JSON.stringify('{"a":1}')],
    ["in a fence", '```json\n{"a":1}\n```'],
    ["after thoughts", '<think>x</think>{"a":1}'],
  ])("[AG-18] arguments %s are read", (_how, input) => {
    expect(proposalFromToolCalls([{ id: "a", name: "echo", arguments: input }]).actions[0]).toMatchObject({
      parameters: { a: 1 },
    });
  });

  it("[AG-18] an integer that would lose digits is refused with its place, or kept as text", () => {
    const calls = [{ id: "a", name: "echo", arguments: '{"text":9007199254740993}' }];
    expect(() => proposalFromToolCalls(calls)).toThrow(/calls\[0\]: .*9007199254740993 .*at character 9 of 25/);
    expect(proposalFromToolCalls(calls, { unsafeIntegers: "string" }).actions[0]).toMatchObject({
      parameters: { text: "9007199254740993" },
    });
  });

  it.each([
    ["a lone surrogate", '{"text":"\\ud800"}', /calls\[0\]: .*text: a lone surrogate/],
    ["a number beyond all", '{"text":1e400}', /calls\[0\]: .*text: Infinity/],
    ["a value that is no JSON", { text: NaN }, /calls\[0\]: .*text: NaN/],
  ])("[AG-8] [AG-11] %s in arguments is a problem of that call", (_what, input, message) => {
    for (const references of [false, true]) {
      const read = (): unknown => proposalFromToolCalls([{ id: "a", name: "echo", arguments: input }], { references });
      expect(read).toThrow(ProposalInvalidError);
      expect(read).toThrow(message);
    }
  });

  it("[AG-11] what is no list of parts is said to be none", () => {
    expect(() => proposalFromToolCalls(undefined as never)).toThrow(/calls: they are not a list/);
  });

  it("[AG-11] text, thoughts and calls that the service has made itself are passed over; what is no part is named", () => {
    const parts = [
      { type: "text", text: "I will look." },
      { type: "thinking", thinking: "hm", signature: "x" },
      { type: "server_tool_use", id: "s", name: "web_search", input: {} },
      { type: "tool_use" as const, id: "a", name: "echo", input: {} },
      { type: "tool-result", toolCallId: "b", toolName: "echo", output: 1 },
    ];
    expect(proposalFromToolCalls(parts).actions).toMatchObject([{ id: "a", tool: "echo" }]);
    expect(() => proposalFromToolCalls([7 as never])).toThrow(/calls\[0\]: it is no call of a shape that is known/);
  });

  it("[AG-19] ids that differ only in signs stay apart, and two calls with one id are refused", async () => {
    const { runtime } = testRuntime({ tools: [echo] });
    const ids = ["a/b", "a.b", "", "call_3", "α", "x".repeat(300)];
    const calls = ids.map((id) => ({ id, name: "echo", arguments: { text: id } }));
    const result = await runtime.execute(proposalFromToolCalls(calls));
    expect(result.status).toBe("committed");
    expect(new Set(result.results.map(({ action_id }) => action_id)).size).toBe(ids.length);
    expect(() => proposalFromToolCalls([calls[0]!, calls[0]!])).toThrow(/calls\[0\]: the id `a\/b` is used twice/);
  });
});
