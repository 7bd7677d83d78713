import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyJson, LAW } from "../testing/arbitrary-json.js";
import { jsonEqual } from "./json-equal.js";
import { pathText } from "./json-path.js";
import type { JsonValue } from "./json-value.js";
import { setOwn } from "./set-own.js";
import { typeName } from "./type-name.js";
import { isWellFormed, isWellFormedByPattern } from "./well-formed.js";

describe("jsonEqual", () => {
  it.each<[JsonValue | undefined, JsonValue | undefined, boolean]>([
    [{ a: 1, b: [2] }, { b: [2], a: 1 }, true],
    [[1, 2], [2, 1], false],
    [-0, 0, true],
    [{ a: null }, {}, false],
    [{ a: null }, { b: null }, false],
    [[], {}, false],
    [{}, [], false],
    [{ length: 0 }, [], false],
    [null, {}, false],
    ["1", 1, false],
    [undefined, null, false],
    [undefined, undefined, true],
    [{ toString: 1 }, { b: 1 }, false],
    [JSON.parse('{"__proto__":1}') as JsonValue, {}, false],
  ])("[IR-9] %j and %j: %j", (left, right, equal) => {
    expect(jsonEqual(left, right)).toBe(equal);
    expect(jsonEqual(right, left)).toBe(equal);
  });

  it("[IR-9] a value equals what it reads back as, and nothing that reads back otherwise", () => {
    const law = fc.property(anyJson, anyJson, (left, right) => {
      const isSameText = JSON.stringify(left) === JSON.stringify(right);
      return jsonEqual(left, JSON.parse(JSON.stringify(left)) as JsonValue) && (!isSameText || jsonEqual(left, right));
    });
    fc.assert(law, LAW);
  });
});

describe("words for messages", () => {
  it.each([
    [["actions", 2, "id"], "actions[2].id"],
    [[0, "a"], "[0].a"],
    [["a b", "c.d", ""], '["a b"]["c.d"][""]'],
    [["0", "ü"], '["0"]["ü"]'],
    [[], ""],
  ])("[IR-14] the path %j is %s", (path, text) => {
    expect(pathText(path)).toBe(text);
  });

  it("[IR-22] a name without end is cut", () => {
    expect(pathText(["x".repeat(1_000_000)]).length).toBeLessThan(150);
  });

  it.each([
    [null, "null"],
    [[], "an array"],
    [{}, "an object"],
    ["secret", "a string"],
    [12, "a number"],
    [Number.NaN, "NaN"],
    [true, "a boolean"],
    [1n, "a BigInt"],
    [undefined, "undefined"],
    [new Map(), "a Map"],
    [new Uint8Array(), "a Uint8Array"],
    [{ [Symbol.toStringTag]: "\ud800 of my own making".repeat(10) }, "an object"],
  ])("[IR-22] %o is called %s", (value, name) => {
    expect(typeName(value)).toBe(name);
  });
});

describe("typeName", () => {
  it("[IR-22] survives an object that refuses to be named", () => {
    const shy = {
      get [Symbol.toStringTag](): string {
        throw new Error("no");
      },
    };
    expect(typeName(shy)).toBe("an object");
  });
});

describe("setOwn", () => {
  it("[IR-8] [2.1] sets `__proto__` as an own member", () => {
    const object: Record<string, unknown> = {};
    setOwn(object, "__proto__", { polluted: true });
    expect(Object.keys(object)).toEqual(["__proto__"]);
    expect(object["polluted"]).toBeUndefined();
  });
});

describe("isWellFormed", () => {
  it.each([
    ["", true],
    ["aé日😀", true],
    ["\ud83d", false],
    ["\ude00", false],
    ["\ude00\ud83d", false],
    ["a\ud83d\ude00\ud83d", false],
  ])("[IR-2] [IR-6] %j: %j", (text, expected) => {
    expect(isWellFormed(text)).toBe(expected);
    expect(isWellFormedByPattern(text)).toBe(expected);
  });

  it("[IR-2] is the same where the language does not have it", () => {
    const units = fc.array(fc.constantFrom("a", "\ud83d", "\ude00"), { maxLength: 6 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(units, (text) => isWellFormed(text) === isWellFormedByPattern(text)),
      LAW,
    );
  });
});
