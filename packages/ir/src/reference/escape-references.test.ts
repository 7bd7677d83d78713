import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../json/canonical-json.js";
import { anyJson, jsonOf, LAW } from "../testing/arbitrary-json.js";
import { escapeReferences } from "./escape-references.js";
import { parsePathText, pathOfSteps } from "./reference-text.js";
import { compileTemplate, referencesIn } from "./template.js";

const signs = fc.constantFrom(
  "$",
  "$$",
  "{",
  "}",
  "a",
  ".output",
  ".x",
  "[0]",
  "${a.output}",
  "$a.output",
  "a.output",
  " ",
);
const notation = fc.array(signs, { maxLength: 8 }).map((parts) => parts.join(""));

describe("escapeReferences", () => {
  it("[IR-33] what it has escaped holds no reference and arrives as it was", () => {
    const law = fc.property(fc.oneof(anyJson, jsonOf(notation)), (value) => {
      const escaped = escapeReferences(value);
      const resolution = compileTemplate(escaped)?.resolve(() => "put in") ?? { ok: true, value: escaped };
      const isSame = resolution.ok && canonicalJson(resolution.value) === canonicalJson(value);
      return isSame && referencesIn(escaped).length === 0;
    });
    fc.assert(law, { ...LAW, numRuns: 3_000 });
  });

  it("[IR-33] changes nothing that needs no escape", () => {
    const plain = { cost: "$5", home: "${HOME}", $ref: "#/defs/x", list: ["$$", "$a"] };
    expect(escapeReferences(plain)).toEqual(plain);
  });

  it("[IR-31] [IR-33] takes no more time than the text is long", () => {
    const start = performance.now();
    escapeReferences(["$".repeat(1_000_000), "${".repeat(1_000_000), "${a.output}".repeat(50_000)]);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});

describe("parsePathText", () => {
  it.each([
    ["", []],
    [".a[0].b", ["a", 0, "b"]],
    ["[12][3]", [12, 3]],
    [".odd/name-1", ["odd/name-1"]],
    [".__proto__", ["__proto__"]],
    [".0", ["0"]],
  ])("[IR-25] reads %j as %j, and writes it again", (text, steps) => {
    expect(parsePathText(text)).toEqual(steps);
    expect(pathOfSteps(steps)).toBe(text);
  });

  it.each(["a", ".", "..a", ".a.", "[x]", "[0", "[]", ".a b", ".a{b}", ".a]"])("[IR-25] %j is no path", (text) => {
    expect(parsePathText(text)).toBeUndefined();
  });
});
