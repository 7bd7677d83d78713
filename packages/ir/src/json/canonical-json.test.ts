import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonInvalidError } from "../errors/plain-errors.js";
import { anyJson, LAW } from "../testing/arbitrary-json.js";
import { canonicalJson } from "./canonical-json.js";
import { jsonEqual } from "./json-equal.js";
import type { JsonObject, JsonValue } from "./json-value.js";

function double(bits: string): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(`0x${bits}`));
  return view.getFloat64(0);
}

function problemOf(value: unknown): { path: string; message: string } {
  try {
    canonicalJson(value);
  } catch (error) {
    if (error instanceof JsonInvalidError) return { path: error.path, message: error.message };
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("RFC 8785", () => {
  // Appendix B: bits of a double, and its text.
  it.each([
    ["0000000000000000", "0"],
    ["8000000000000000", "0"],
    ["0000000000000001", "5e-324"],
    ["8000000000000001", "-5e-324"],
    ["7fefffffffffffff", "1.7976931348623157e+308"],
    ["ffefffffffffffff", "-1.7976931348623157e+308"],
    ["4340000000000000", "9007199254740992"],
    ["c340000000000000", "-9007199254740992"],
    ["4430000000000000", "295147905179352830000"],
    ["44b52d02c7e14af5", "9.999999999999997e+22"],
    ["44b52d02c7e14af6", "1e+23"],
    ["44b52d02c7e14af7", "1.0000000000000001e+23"],
    ["444b1ae4d6e2ef4e", "999999999999999700000"],
    ["444b1ae4d6e2ef4f", "999999999999999900000"],
    ["444b1ae4d6e2ef50", "1e+21"],
    ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
    ["3eb0c6f7a0b5ed8d", "0.000001"],
    ["41b3de4355555553", "333333333.3333332"],
    ["41b3de4355555554", "333333333.33333325"],
    ["41b3de4355555555", "333333333.3333333"],
    ["41b3de4355555556", "333333333.3333334"],
    ["41b3de4355555557", "333333333.33333343"],
    ["becbf647612f3696", "-0.0000033333333333333333"],
    ["43143ff3c1cb0959", "1424953923781206.2"],
  ])("[IR-1] writes the number %s as %s", (bits, text) => {
    expect(canonicalJson(double(bits))).toBe(text);
  });

  it.each(["7fffffffffffffff", "7ff0000000000000", "fff0000000000000"])("[IR-2] refuses the number %s", (bits) => {
    expect(() => canonicalJson(double(bits))).toThrow(JsonInvalidError);
  });

  it("[IR-1] writes the sample of section 3.2.2 to the bytes of section 3.2.4", () => {
    const sample = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`;
    const bytes = `
      7b 22 6c 69 74 65 72 61 6c 73 22 3a 5b 6e 75 6c 6c 2c 74 72 75 65 2c 66 61 6c 73 65 5d 2c 22 6e 75 6d 62 65 72
      73 22 3a 5b 33 33 33 33 33 33 33 33 33 2e 33 33 33 33 33 33 33 2c 31 65 2b 33 30 2c 34 2e 35 2c 30 2e 30 30 32
      2c 31 65 2d 32 37 5d 2c 22 73 74 72 69 6e 67 22 3a 22 e2 82 ac 24 5c 75 30 30 30 66 5c 6e 41 27 42 5c 22 5c 5c
      5c 5c 5c 22 2f 22 7d`;
    const written = [...new TextEncoder().encode(canonicalJson(JSON.parse(sample)))];
    expect(written.map((byte) => byte.toString(16).padStart(2, "0"))).toEqual(bytes.trim().split(/\s+/));
  });

  it("[IR-1] sorts the members of section 3.2.3 by UTF-16 units", () => {
    const sample = String.raw`{
      "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"
    }`;
    const order = canonicalJson(JSON.parse(sample)).match(/(?<=:")[^"]+/g);
    expect(order).toEqual([
      "Carriage Return",
      "One",
      "Control",
      "Latin Small Letter O With Diaeresis",
      "Euro Sign",
      "Emoji: Grinning Face",
      "Hebrew Letter Dalet With Dagesh",
    ]);
  });

  it.each([
    ["\u0000\b\t\n\f\r\u001f", String.raw`"\u0000\b\t\n\f\r\u001f"`],
    ["\"\\/<>&'", String.raw`"\"\\/<>&'"`],
    ["\u007f\u0080\u2028\u2029\uffff", '"\u007f\u0080\u2028\u2029\uffff"'],
    ["\u{1F600}", '"\u{1F600}"'],
  ])("[IR-1] escapes only what must be escaped: %j", (text, written) => {
    expect(canonicalJson(text)).toBe(written);
  });

  it("[IR-1] sorts names that look like numbers as text, at every level", () => {
    expect(canonicalJson({ 10: { b: 1, a: [] }, 9: {}, "!": null })).toBe('{"!":null,"10":{"a":[],"b":1},"9":{}}');
  });

  it("[IR-1] sorts objects of many members", () => {
    const names = Array.from({ length: 500 }, (_, index) => `k${(index * 7919) % 500}`);
    const object = Object.fromEntries(names.map((name) => [name, 1]));
    expect(canonicalJson(object)).toBe(
      `{${names
        .sort()
        .map((name) => `"${name}":1`)
        .join(",")}}`,
    );
  });
});

describe("canonicalJson as a law", () => {
  it("[IR-1] reading it back gives an equal value, and writing that gives the same text", () => {
    const law = fc.property(anyJson, (value) => {
      const text = canonicalJson(value);
      const back = JSON.parse(text) as JsonValue;
      return jsonEqual(back, value) && canonicalJson(back) === text;
    });
    fc.assert(law, LAW);
  });

  it("[IR-1] the order in which members were added does not matter", () => {
    const law = fc.property(anyJson, (value) => canonicalJson(reversed(value)) === canonicalJson(value));
    fc.assert(law, LAW);
  });

  it("[IR-1] is what `JSON.stringify` writes for a value whose members are sorted already", () => {
    const sortedArrays = fc.array(
      fc.oneof(fc.string({ unit: "binary" }), fc.double({ noNaN: true }).filter(Number.isFinite)),
    );
    fc.assert(
      fc.property(sortedArrays, (values) => canonicalJson(values) === JSON.stringify(values)),
      LAW,
    );
  });
});

describe("what canonicalJson refuses", () => {
  it.each([
    [{ a: [1, Number.NaN] }, "a[1]", "NaN is not JSON"],
    [{ a: { b: -Infinity } }, "a.b", "-Infinity is not JSON"],
    [[10n], "[0]", "a BigInt is not JSON"],
    [{ a: undefined }, "a", "undefined is not JSON"],
    [undefined, "", "undefined is not JSON"],
    [[, 1], "[0]", "undefined is not JSON"],
    [{ run: () => 1 }, "run", "a function is not JSON"],
    [{ "odd name": Symbol("s") }, '["odd name"]', "a symbol is not JSON"],
    [{ at: new Date(0) }, "at", "a Date is not plain JSON"],
    [[new Map()], "[0]", "a Map is not plain JSON"],
    [{ a: { b: "x\ud800" } }, "a.b", "a lone surrogate has no UTF-8 form"],
    [{ "\udc00": 1 }, String.raw`["\udc00"]`, "a lone surrogate has no UTF-8 form"],
  ])("[IR-2] %o at its place", (value, path, message) => {
    expect(problemOf(value)).toEqual({ path, message: path === "" ? message : `${path}: ${message}` });
  });

  it("[IR-2] a cycle, at the place where it closes", () => {
    const loop: Record<string, unknown> = { list: [] };
    (loop["list"] as unknown[]).push({ back: loop });
    expect(problemOf(loop)).toEqual({ path: "list[0].back", message: "list[0].back: a cycle is not JSON" });
  });

  it("[IR-2] nesting that would exhaust the stack", () => {
    let deep: JsonValue = 1;
    for (let level = 0; level < 100_000; level++) deep = [deep];
    expect(problemOf(deep).message).toMatch(/nested deeper than 1000 levels$/);
  });

  it("[IR-2] but not one object in two places, nor one without a prototype", () => {
    const shared = Object.assign(Object.create(null) as object, { x: 1 });
    expect(canonicalJson([shared, shared])).toBe('[{"x":1},{"x":1}]');
  });

  it("[IR-8] [2.1] and not `__proto__`", () => {
    expect(canonicalJson(JSON.parse('{"a":1,"__proto__":{"x":1}}'))).toBe('{"__proto__":{"x":1},"a":1}');
  });
});

function reversed(value: JsonValue): JsonValue {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(reversed);
  return Object.fromEntries(
    Object.entries(value as JsonObject)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  );
}
