import { describe, expect, it } from "vitest";
import { runAgent } from "./agent/run-agent.js";
import { formatToolResult, toolMessages } from "./model/format-tool-result.js";
import { proposalFromToolCalls } from "./model/proposal-from-tool-calls.js";
import { toolsForModel } from "./model/tools-for-model.js";

describe("an option that nobody reads", () => {
  it.each<[string, (given: never) => unknown, object, string]>([
    ["formatToolResult", (given) => formatToolResult({} as never, given), { maxChar: 1 }, "maxChars"],
    ["proposalFromToolCalls", (given) => proposalFromToolCalls([], given), { sources: "x" }, "source"],
    ["runAgent", (given) => runAgent(given), { modle: undefined }, "model"],
    ["limits", (given) => runAgent({ limits: given } as never), { maxTurn: 1 }, "maxTurns"],
  ])("[AG-13] of `%s` is refused, with the nearest name", async (name, act, given, nearest) => {
    const [misspelt] = Object.keys(given);
    const message = `\`${name}\` has no option \`${misspelt}\`; did you mean \`${nearest}\`?`;
    const refused = Promise.resolve().then(() => act(given as never));
    await expect(refused).rejects.toMatchObject({ code: "CAR_CONFIG_INVALID", message });
  });
});

describe("a shape that does not exist", () => {
  const toolsFor = (format: unknown) => toolsForModel({ tools: () => [] }, format as "openai");
  const messagesFor = (format: unknown) => toolMessages({ results: [] } as never, format as "openai", []);

  it.each<[string, (format: unknown) => unknown, unknown, string]>([
    ["toolsForModel", toolsFor, "opnai", "`opnai`; there are `openai`, `anthropic`, `json-schema`"],
    ["toolsForModel", toolsFor, "toString", "`toString`; there are `openai`, `anthropic`, `json-schema`"],
    ["toolsForModel", toolsFor, undefined, "undefined; there are `openai`, `anthropic`, `json-schema`"],
    ["toolMessages", messagesFor, "openia", "`openia`; there are `openai`, `anthropic`"],
    ["toolMessages", messagesFor, ["openai"], "object; there are `openai`, `anthropic`"],
  ])("[AG-14] is refused by `%s`, which names those that do", (name, act, format, rest) => {
    const refusal = { code: "CAR_CONFIG_INVALID", message: `\`${name}\` has no shape ${rest}` };
    expect(() => act(format)).toThrow(expect.objectContaining(refusal) as Error);
  });
});
