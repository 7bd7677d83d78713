import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LAW } from "../testing/arbitrary-json.js";
import { matchesKey, patternsOverlap } from "./key-pattern.js";
import { applyWrite, type EntryWrite, type StateEntry, trustedValue } from "./state-entry.js";

const host: StateEntry = { value: "h", origin: "host", version: 1 };
const claimed: StateEntry = { value: "m", origin: "model", version: 2, trusted: { value: "h", origin: "host" } };

describe("applyWrite", () => {
  it.each<[string, StateEntry | undefined, EntryWrite, StateEntry | undefined]>([
    [
      "a tool's value replaces the host's",
      host,
      { value: 1, origin: "tool" },
      { value: 1, origin: "tool", version: 9 },
    ],
    ["a model's value lies over the host's", host, { value: "m", origin: "model" }, { ...claimed, version: 9 }],
    ["a second claim replaces the first", claimed, { value: 2, origin: "model" }, { ...claimed, value: 2, version: 9 }],
    [
      "a model's deletion leaves the trusted value",
      claimed,
      { value: undefined, origin: "model" },
      { ...claimed, value: undefined, version: 9 },
    ],
    [
      "a trusted value replaces the claim too",
      claimed,
      { value: 3, origin: "tool" },
      { value: 3, origin: "tool", version: 9 },
    ],
    ["a trusted deletion leaves nothing", claimed, { value: undefined, origin: "host" }, undefined],
    [
      "a claim about nothing is all there is",
      undefined,
      { value: 1, origin: "model" },
      { value: 1, origin: "model", version: 9 },
    ],
    [
      "a model's deletion of its own leaves nothing",
      { value: 1, origin: "model", version: 1 },
      { value: undefined, origin: "model" },
      undefined,
    ],
    [
      "labels come with the value",
      host,
      { value: 1, origin: "tool", labels: ["untrusted"] },
      { value: 1, origin: "tool", version: 9, labels: ["untrusted"] },
    ],
    [
      "labels of the value before do not stay",
      { ...host, labels: ["x"] },
      { value: 1, origin: "tool" },
      { value: 1, origin: "tool", version: 9 },
    ],
  ])("[IR-37] [4.9] %s", (...[, before, write, after]) => {
    expect(applyWrite(before, write, 9)).toEqual(after);
  });

  it("[IR-37] [4.9] no sequence of a model's writes changes what is trusted", () => {
    const write = fc.option(fc.integer(), { nil: undefined });
    const law = fc.property(fc.array(write), (values) => {
      const after = values.reduce<StateEntry | undefined>(
        (entry, value) => applyWrite(entry, { value, origin: "model" }, 1),
        host,
      );
      return trustedValue(after) === "h";
    });
    fc.assert(law, LAW);
  });

  it("[IR-37] [4.9] what is trusted of nothing, or of a mere claim, is nothing", () => {
    expect(trustedValue(undefined)).toBeUndefined();
    expect(trustedValue({ value: 1, origin: "model", version: 1 })).toBeUndefined();
  });
});

describe("key patterns", () => {
  it.each([
    ["user", "user", true],
    ["user", "users", false],
    ["user*", "user", true],
    ["user*", "user.name", true],
    ["user*", "use", false],
    ["*", "", true],
    ["a*b", "a*b", true],
    ["a*b", "axb", false],
  ])("[IR-38] [4.2] %s covers %s: %j", (pattern, key, covers) => {
    expect(matchesKey(pattern, key)).toBe(covers);
  });

  it("[IR-38] [4.2] two patterns overlap when some key fits both", () => {
    const pattern = fc
      .tuple(fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 3 }), fc.boolean())
      .map(([text, isPrefix]) => {
        return isPrefix ? `${text}*` : text;
      });
    const keys = ["", "a", "b", "aa", "ab", "ba", "bb", "aaa", "aab", "aba", "abb", "baa", "bab", "bba", "bbb"];
    const law = fc.property(pattern, pattern, (left, right) => {
      return patternsOverlap(left, right) === keys.some((key) => matchesKey(left, key) && matchesKey(right, key));
    });
    fc.assert(law, LAW);
  });
});
