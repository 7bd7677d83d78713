import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readJson } from "./json-source.js";

describe("readJson", () => {
  it("[PO-50] reads as JSON.parse does, and knows where everything stands", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(0, 1, 2), (json, space) => {
        const text = JSON.stringify(JSON.parse(json), null, space);
        const source = readJson(text);
        if (!("value" in source)) throw new Error("refused");
        expect(source.value).toEqual(JSON.parse(text));
        for (const [path, member] of membersOf(source.value)) {
          const { line = 0, column = 0 } = source.places.find(path) ?? {};
          const rest = text
            .split("\n")
            .slice(line - 1)
            .join("\n")
            .slice(column - 1);
          const name = path.at(-1);
          const shown = typeof name === "string" ? JSON.stringify(name) : JSON.stringify(member).slice(0, 1);
          expect(rest.startsWith(shown), `${path.join("/")} at ${line}:${column}`).toBe(true);
        }
      }),
    );
  });
});

function membersOf(
  value: unknown,
  path: readonly (string | number)[] = [],
): (readonly [readonly (string | number)[], unknown])[] {
  if (typeof value !== "object" || value === null) return [[path, value]];
  const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  return [[path, value], ...members.flatMap(([step, member]) => membersOf(member, [...path, step]))];
}
