import { describe, expect, it } from "vitest";
import { ConfigInvalidError } from "../errors/plain-errors.js";
import { parseProposal } from "./parse-proposal.js";

const ONE = { actions: [{ id: "a", type: "tool_call", tool: "t" }] };

describe("options of `parseProposal`", () => {
  it.each<[object | null, string]>([
    [{ unknownField: "warn" }, "`parseProposal` has no option `unknownField`; did you mean `unknownFields`?"],
    [{ unknownFields: "Warn" }, "`unknownFields` is `error` or `warn`"],
    [{ unsafeIntegers: "keep" }, "`unsafeIntegers` is `refuse` or `string`"],
    [{ clock: 5 }, "`clock` is an object with `now`: `now` is a function"],
    [{ ids: {} }, "`ids` is an object with `hex`: `hex` is a function"],
    [{ limits: { max_bytes: "1" } }, "`max_bytes` is a number, not a string"],
    [{ limits: { max_byte: 1 } }, "`limits` has no option `max_byte`; did you mean `max_bytes`?"],
    [{ onWarning: "x" }, "`onWarning` is a function, not a string"],
    [null, "`parseProposal` takes its options as an object, not null"],
  ])("[IR-48] %j is refused", (options, text) => {
    expect(() => parseProposal(ONE, options as never)).toThrow(new ConfigInvalidError(text));
    expect(() => parseProposal(parseProposal(ONE), options as never)).toThrow(new ConfigInvalidError(text));
  });

  const LOST = `{"actions":\n[{"id":"a","type":"tool_call","tool":"t","parameters":{"n":9007199254740993}}]}`;

  it("[IR-70] an integer in a text that would lose digits is refused with its place", () => {
    expect(() => parseProposal(LOST)).toThrow(
      /line 2, column 60: the integer 9007199254740993 has more digits than a number keeps: write it as text/,
    );
  });

  it("[IR-70] or is kept as text, where that is asked for", () => {
    expect(parseProposal(LOST, { unsafeIntegers: "string" }).actions[0]).toMatchObject({
      parameters: { n: "9007199254740993" },
    });
  });

  it("[IR-47] a limit that is left out has its default", () => {
    const two = { actions: [ONE.actions[0], { ...ONE.actions[0], id: "b" }] };
    expect(parseProposal(two, { limits: { max_bytes: 1_000 } }).actions).toHaveLength(2);
    expect(() => parseProposal(two, { limits: { max_actions: 1 } })).toThrow("actions");
  });
});
