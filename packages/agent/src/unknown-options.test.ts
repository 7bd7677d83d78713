import { describe, expect, it } from "vitest";
import { runAgent } from "./agent/run-agent.js";
import { formatToolResult } from "./model/format-tool-result.js";
import { proposalFromToolCalls } from "./model/proposal-from-tool-calls.js";

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
