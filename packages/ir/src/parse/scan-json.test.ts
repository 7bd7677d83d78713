import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyJson, LAW } from "../testing/arbitrary-json.js";
import { scanJson } from "./scan-json.js";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("scanJson as a law", () => {
  it("[IR-18] finds an error if and only if `JSON.parse` does, in text made of JSON's own signs", () => {
    const signs = fc.constantFrom(..."{}[]:,\"\\/ \n\t\u0000-+.0159eEtruefalsnlu'`\ufeff");
    const text = fc.array(signs, { maxLength: 14 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, (written) => isJson(written) === (scanJson(written, Infinity) === undefined)),
      { ...LAW, numRuns: 5_000 },
    );
  });

  it("[IR-18] the same for JSON with one sign changed, added or taken away", () => {
    const signs = fc.constantFrom(...'{}[]:,"\\0-.e ');
    const change = fc.record({ at: fc.nat(), kind: fc.constantFrom("add", "drop", "replace"), sign: signs });
    const law = fc.property(anyJson, change, (value, { at, kind, sign }) => {
      const text = JSON.stringify(value, null, at % 2);
      const place = at % (text.length + 1);
      const rest = text.slice(kind === "add" ? place : place + 1);
      const changed = text.slice(0, place) + (kind === "drop" ? "" : sign) + rest;
      return isJson(changed) === (scanJson(changed, Infinity) === undefined);
    });
    fc.assert(law, { ...LAW, numRuns: 3_000 });
  });

  it("[IR-18] everything before the place it names could still have become JSON", () => {
    const law = fc.property(anyJson, fc.nat(), (value, at) => {
      const text = JSON.stringify(value);
      const place = at % (text.length + 1);
      const error = scanJson(`${text.slice(0, place)}\u0000`, Infinity);
      return error !== undefined && error.offset <= place;
    });
    fc.assert(law, LAW);
  });
});

describe("scanJson", () => {
  it.each([
    ["[1 2]", 3, "expected `,` or `]`, got `2`"],
    ['{"a" 1}', 5, "expected `:`, got `1`"],
    ['{"a":1 "b":2}', 7, 'expected `,` or `}`, got `"`'],
    ["[01]", 2, "expected `,` or `]`, got `1`"],
    ["[1.]", 3, "expected a digit, got `]`"],
    ["-", 1, "expected a digit, got the end of the text"],
    ["[+1]", 1, "expected a value, got `+`"],
    ["nul", 0, "expected a value, got `nul`"],
    ["NaN", 0, "expected a value, got `NaN`"],
    [String.raw`"\x41"`, 1, "this is not an escape that JSON knows"],
    [String.raw`"\u12"`, 1, "this is not an escape that JSON knows"],
    ['"a\nb"', 2, "U+000A must be escaped inside a string"],
    ["[1] // one", 4, "expected nothing after the value, got `/`"],
  ])("[IR-18] says of %j what is wrong where", (text, offset, message) => {
    expect(scanJson(text, 8)).toEqual({ offset, message });
  });

  it("[IR-19] [2.1] finds the bracket that goes too deep", () => {
    expect(scanJson('[{"a":[1]}]', 3)).toBeUndefined();
    expect(scanJson('[{"a":[1]}]', 2)).toEqual({ offset: 6, message: "nested deeper than 2 levels" });
  });
});
