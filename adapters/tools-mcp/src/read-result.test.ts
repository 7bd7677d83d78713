import { ToolError } from "@car/ir";
import { createSchemaCompiler } from "@car/validator";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readResult } from "./read-result.js";
import { anyValue } from "./testing/any-schema.js";

const CASES = Number(process.env["CAR_MCP_CASES"] ?? 300);
const SUM = createSchemaCompiler().compile({ type: "object", properties: { a: { type: "number" } }, required: ["a"] });
const text = (said: string) => ({ content: [{ type: "text", text: said }] });

describe("readResult", () => {
  it("[TM-25] reads text as JSON where the output schema fits it, and takes it as it is where not", () => {
    expect(readResult(text('{"a":1}'), SUM)).toEqual({ a: 1 });
    expect(readResult(text('{"a":"x"}'), SUM)).toBe('{"a":"x"}');
    expect(readResult(text("done"), SUM)).toBe("done");
    // A number would lose digits.
    expect(readResult(text('{"a":9007199254740993}'), SUM)).toBe('{"a":9007199254740993}');
    expect(readResult(text('{"a":1}'), undefined)).toBe('{"a":1}');
  });

  it.each<[string, unknown, unknown]>([
    ["no content", {}, ""],
    ["null", { content: null, structuredContent: null }, ""],
    ["plain text", { content: "done" }, "done"],
    ["an unknown kind", { content: [{ type: "hologram", data: 1 }] }, [{ type: "hologram", data: 1 }]],
    ["the result of an old server", { toolResult: { a: 1 } }, { a: 1 }],
    ["half a character", text("a\uD800b"), "a\uFFFDb"],
    ["structured content only", { structuredContent: 3 }, 3],
  ])("[TM-25] takes %s for an output", (_what, result, output) => {
    expect(readResult(result, undefined)).toEqual(output);
  });

  it("[TM-25] does not take structured content that breaks the schema for text or blocks", () => {
    expect(() => readResult({ structuredContent: "x" }, SUM)).toThrow(/breaks the tool's output schema/);
    expect(readResult({ structuredContent: { a: "x" } }, SUM)).toEqual({ a: "x" });
  });

  it("[TM-8] [TM-25] yields an output or a tool's failure, whatever was sent", () => {
    const block = fc.oneof(anyValue, fc.record({ type: fc.constantFrom("text", "image", "x"), text: anyValue }));
    const result = fc.oneof(
      anyValue,
      fc.record(
        {
          content: fc.oneof(anyValue, fc.array(block, { maxLength: 3 })),
          structuredContent: anyValue,
          isError: fc.constantFrom(true, false, null),
          toolResult: anyValue,
          task: anyValue,
          class: anyValue,
        },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(result, (sent) => {
        try {
          expect(readResult(sent, SUM)).toBeDefined();
        } catch (error) {
          expect(error).toBeInstanceOf(ToolError);
        }
      }),
      { numRuns: CASES * 4 },
    );
  });
});
