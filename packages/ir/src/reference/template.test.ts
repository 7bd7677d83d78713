import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../json/canonical-json.js";
import type { JsonObject, JsonValue } from "../json/json-value.js";
import { anyJson, jsonOf, LAW } from "../testing/arbitrary-json.js";
import { resolvePath } from "./resolve-path.js";
import { compileTemplate, referencesIn } from "./template.js";

const OUTPUTS: JsonObject = {
  a: { x: 1, s: "text", list: [{ id: "i0" }, [true]], none: null, "odd/name": "o", $: "dollar" },
  "b-2_C": "whole",
  nasty: "$a.output.x and ${a.output.x}",
  proto: JSON.parse('{"__proto__": {"own": 1}}') as JsonValue,
};

const outputOf = (id: string): JsonValue | undefined => (Object.hasOwn(OUTPUTS, id) ? OUTPUTS[id] : undefined);

function resolved(value: JsonValue): JsonValue {
  const resolution = compileTemplate(value)?.resolve(outputOf) ?? { ok: true, value };
  if (!resolution.ok) throw new Error(resolution.message);
  return resolution.value;
}

function failureOf(value: JsonValue): { reference: string; message: string } {
  const resolution = compileTemplate(value)?.resolve(outputOf);
  if (resolution === undefined || resolution.ok) throw new Error("it was resolved");
  return { reference: resolution.reference, message: resolution.message };
}

describe("references", () => {
  it.each<[JsonValue, JsonValue]>([
    ["$a.output.x", 1],
    ["$a.output.list[0].id", "i0"],
    ["$a.output.list[1][0]", true],
    ["$a.output.none", null],
    ["$a.output.odd/name", "o"],
    ["$a.output.$", "dollar"],
    ["$b-2_C.output", "whole"],
    [{ $ref: "a.output.x" }, 1],
    [{ $ref: "b-2_C.output" }, "whole"],
    [{ deep: [{ $ref: "a.output.list" }, "$a.output.x"] }, { deep: [[{ id: "i0" }, [true]], 1] }],
    ["x=${a.output.x}, ${b-2_C.output}!", "x=1, whole!"],
  ])("[IR-25] %j gives %j", (value, expected) => {
    expect(resolved(value)).toEqual(expected);
  });

  it.each<JsonValue>([
    "${HOME}",
    "$HOME",
    "$a",
    "$a.outputs",
    "$a.output.",
    "$a.output..x",
    "$a.output.x y",
    "$a.output[x]",
    "$a.output[-1]",
    "$a.output.x\n",
    " $a.output.x",
    "see $a.output.x",
    "$a b.output",
    "$.output",
    "${ a.output }",
    "${a.output.x",
    "$ {a.output}",
    "a.output.x",
    { $ref: "#/defs/x" },
    { $ref: 5 },
    { $ref: "a.output.x", other: 1 },
    { ref: "a.output.x" },
    { $ref: { $ref: "no reference" } },
    { "$a.output.x": 1 },
  ])("[IR-25] %j is literal", (value) => {
    expect(compileTemplate(value)).toBeUndefined();
    expect(referencesIn(value)).toEqual([]);
  });

  it("[IR-25] are listed in document order, each time they stand there", () => {
    const value = { z: "$b.output.k[3]", a: ["${c.output} ${d.output.x}", { $ref: "b.output" }], e: "$b.output.k[3]" };
    expect(referencesIn(value)).toEqual([
      { action_id: "b", path: ["k", 3], text: "b.output.k[3]" },
      { action_id: "c", path: [], text: "c.output" },
      { action_id: "d", path: ["x"], text: "d.output.x" },
      { action_id: "b", path: [], text: "b.output" },
      { action_id: "b", path: ["k", 3], text: "b.output.k[3]" },
    ]);
  });
});

describe("references inside longer strings", () => {
  it.each([
    ["${a.output.s}", "text"],
    ["${a.output.x}", "1"],
    ["${a.output.none}", "null"],
    ["[${a.output.list}]", '[[{"id":"i0"},[true]]]'],
    ["${a.output.s}${a.output.s}", "texttext"],
    ["$${HOME} ${a.output.x} ${HOME}", "$${HOME} 1 ${HOME}"],
  ])("[IR-26] %j gives %j", (value, expected) => {
    expect(resolved(value)).toBe(expected);
  });

  it("[IR-26] put in any string raw and any other value as canonical JSON", () => {
    const law = fc.property(anyJson, (output) => {
      const resolution = compileTemplate("<${any.output}>")?.resolve(() => output);
      const text = typeof output === "string" ? output : canonicalJson(output);
      return resolution?.ok === true && resolution.value === `<${text}>`;
    });
    fc.assert(law, LAW);
  });
});

describe("escapes", () => {
  it.each<[JsonValue, JsonValue]>([
    ["$$a.output.x", "$a.output.x"],
    ["$$$a.output.x", "$$a.output.x"],
    ["$${a.output.x}", "${a.output.x}"],
    ["$$${a.output.x}", "$1"],
    ["$$$${a.output.x}", "$${a.output.x}"],
    ["1 $${a.output.x} ${a.output.x}", "1 ${a.output.x} 1"],
    [{ $$ref: "a.output" }, { $ref: "a.output" }],
    [{ $$$ref: "a.output" }, { $$ref: "a.output" }],
  ])("[IR-27] %j gives %j", (value, expected) => {
    expect(resolved(value)).toEqual(expected);
  });

  it.each<JsonValue>(["$$", "$$a", "$$HOME", "$${HOME}", "costs $$5", { $$ref: "#/x" }, { $$ref: "a.output", b: 1 }])(
    "[IR-27] %j has no escape",
    (value) => {
      expect(compileTemplate(value)).toBeUndefined();
    },
  );

  it("[IR-27] make a template without references", () => {
    expect(compileTemplate({ a: "$$b.output" })?.references).toEqual([]);
  });
});

describe("one pass", () => {
  it("[IR-28] leaves alone what was put in", () => {
    expect(resolved("$nasty.output")).toBe("$a.output.x and ${a.output.x}");
    expect(resolved("<${nasty.output}>")).toBe("<$a.output.x and ${a.output.x}>");
    expect(resolved("$${${b-2_C.output}}")).toBe("$${whole}");
  });

  it("[IR-28] whatever an action gives comes out as it is", () => {
    const tricky = jsonOf(
      fc.constantFrom("$any.output", "$$any.output", "${any.output}", "$${any.output}", "any.output", "$"),
    );
    const law = fc.property(tricky, (output) => {
      const resolution = compileTemplate({ k: ["$any.output"] })?.resolve(() => output);
      return resolution?.ok === true && canonicalJson(resolution.value) === canonicalJson({ k: [output] });
    });
    fc.assert(law, LAW);
  });
});

describe("references that lead nowhere", () => {
  it.each([
    ["$missing.output", "missing.output", "reference `missing.output` points to an action that has no output"],
    ["$a.output.y.z", "a.output.y.z", "reference `a.output.y.z` leads to nothing: `a.output` has no `.y`"],
    [
      "$a.output.list[7].id",
      "a.output.list[7].id",
      "reference `a.output.list[7].id` leads to nothing: `a.output.list` has no `[7]`",
    ],
    ["$a.output.x.y", "a.output.x.y", "reference `a.output.x.y` leads to nothing: `a.output.x` has no `.y`"],
    [
      "$a.output.none.y",
      "a.output.none.y",
      "reference `a.output.none.y` leads to nothing: `a.output.none` has no `.y`",
    ],
    ["say ${a.output.y}", "a.output.y", "reference `a.output.y` leads to nothing: `a.output` has no `.y`"],
  ])("[IR-29] %s", (value, reference, message) => {
    expect(failureOf(value)).toEqual({ reference, message });
  });

  it.each([
    "list.length",
    "list.map",
    "s.length",
    "s[0]",
    "toString",
    "constructor",
    "__proto__",
    "list.0",
    "x[0]",
    "[0]",
  ])("[IR-29] [2.1] %s is no own member", (path) => {
    expect(failureOf(`$a.output${path.startsWith("[") ? "" : "."}${path}`).message).toMatch(/leads to nothing/);
  });

  it("[IR-8] [2.1] but an own `__proto__` is one", () => {
    expect(resolved("$proto.output.__proto__.own")).toBe(1);
    expect(resolvePath(OUTPUTS["proto"] ?? null, ["__proto__"])).toEqual({ own: 1 });
  });

  it("[IR-29] the first one in document order is named", () => {
    expect(failureOf({ z: "$a.output.q1", b: ["$a.output.q2"] }).reference).toBe("a.output.q1");
  });

  it("[IR-29] a long path is cut in the message, not in `reference`", () => {
    const text = `a.output.${"x".repeat(250)}.${"y".repeat(250)}`;
    const { reference, message } = failureOf(`$${text}`);
    expect(reference).toBe(text);
    expect(message.length).toBeLessThan(1_000);
  });
});

describe("what a resolved value shares", () => {
  it("[IR-30] everything that stays as it is; the rest is new and frozen", () => {
    const kept = Object.freeze({ deep: [1] });
    const value = { kept, list: [kept, "$a.output.x"], text: "t" };
    const result = resolved(value) as typeof value;
    expect(result).toEqual({ kept, list: [kept, 1], text: "t" });
    expect(result.kept).toBe(kept);
    expect(result.list[0]).toBe(kept);
    expect(Object.isFrozen(result) && Object.isFrozen(result.list)).toBe(true);
    expect(Object.keys(result)).toEqual(["kept", "list", "text"]);
    expect(resolved("$a.output.list")).toBe((OUTPUTS["a"] as JsonObject)["list"]);
  });

  it("[IR-8] [2.1] members named `__proto__` come along", () => {
    const value = JSON.parse('{"__proto__": "$a.output.x", "b": 1}') as JsonValue;
    expect(JSON.stringify(resolved(value))).toBe('{"__proto__":1,"b":1}');
  });

  it("[IR-30] a template can be resolved again and again", () => {
    const template = compileTemplate(["$any.output"]);
    expect(template?.resolve(() => 1)).toEqual({ ok: true, value: [1] });
    expect(template?.resolve(() => 2)).toEqual({ ok: true, value: [2] });
  });
});

describe("templates made to hurt", () => {
  const long = 1_000_000;

  it.each([
    ["dollars", "$".repeat(long)],
    ["opened braces", "${".repeat(long)],
    ["braces with half a reference", "${a.output.".repeat(long / 10)],
    ["dollars inside a name", `\${a.output.${"$".repeat(long)}`],
    ["dollars before a brace", `${"$".repeat(long + 1)}{a.output.x}`],
    ["one long id", `$${"a".repeat(long)}.output`],
    ["one long name", `$a.output.${"x".repeat(long)}`],
    ["too many steps", `$a.output${".x".repeat(long)}`],
    ["too many indices", `$a.output${"[0]".repeat(long)}`],
    ["one long index", `$a.output[${"9".repeat(long)}]`],
    ["many references", "${a.output.x}".repeat(long / 20)],
  ])("[IR-31] %s take no more time than the text is long", (_, text) => {
    const start = performance.now();
    const resolution = compileTemplate(text)?.resolve(outputOf);
    expect(resolution?.ok ?? true).toBe(true);
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it("[IR-31] a step has at most 256 characters, a reference at most 256 steps", () => {
    expect(referencesIn(`$a.output.${"x".repeat(256)}`)).toHaveLength(1);
    expect(referencesIn(`$a.output.${"x".repeat(257)}`)).toHaveLength(0);
    expect(referencesIn(`$a.output${".x".repeat(256)}`)).toHaveLength(1);
    expect(referencesIn(`$a.output${".x".repeat(257)}`)).toHaveLength(0);
  });

  it("[IR-31] many references to one long text fail before they fill the memory", () => {
    const megabyte = "x".repeat(1_048_576);
    const resolution = compileTemplate(["${a.output}".repeat(1_000)])?.resolve(() => megabyte);
    expect(resolution).toMatchObject({ ok: false, reference: "a.output" });
    expect(compileTemplate("${a.output}".repeat(8))?.resolve(() => megabyte).ok).toBe(true);
  });

  it("[IR-31] any JSON made of the notation's own signs compiles and resolves or fails, and never throws", () => {
    const parts = fc.constantFrom(
      "$",
      "$$",
      "{",
      "}",
      "a",
      ".output",
      ".x",
      "[0]",
      "[",
      "]",
      ".",
      "${a.output}",
      "$a.output",
      " ",
    );
    const text = fc.array(parts, { maxLength: 8 }).map((written) => written.join(""));
    const law = fc.property(jsonOf(text), (value) => {
      const resolution = compileTemplate(value)?.resolve(outputOf);
      return resolution === undefined || resolution.ok || resolution.message.startsWith("reference `a.output");
    });
    fc.assert(law, { ...LAW, numRuns: 2_000 });
  });
});
