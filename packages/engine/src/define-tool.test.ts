import { describe, expect, expectTypeOf, it } from "vitest";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import * as z from "zod";
import { defineTool } from "./define-tool.js";
import { call, testRuntime } from "./testing/fixtures.js";

describe("defineTool", () => {
  it("[EN-7] infers the parameters' types and gives what the schema makes of them", async () => {
    const tool = defineTool({
      name: "greet",
      parameters: z.object({ name: z.string(), times: z.number().default(2) }),
      execute: (parameters) => {
        expectTypeOf(parameters).toEqualTypeOf<{ name: string; times: number }>();
        return parameters.name.repeat(parameters.times);
      },
    });
    const { runtime } = testRuntime({ tools: [tool] });
    const result = await runtime.execute({ actions: [call("a", "greet", { parameters: { name: "ho" } })] });
    expect(result.results[0]?.output).toBe("hoho");
  });

  it("[EN-7] refuses parameters as the schema says", async () => {
    const tool = defineTool({ name: "greet", parameters: z.object({ name: z.string() }), execute: () => 1 });
    const { runtime } = testRuntime({ tools: [tool] });
    const result = await runtime.execute({ actions: [call("a", "greet", { parameters: { name: 1 } })] });
    expect(result.results[0]?.reason).toMatchObject({ code: "invalid", problems: [{ path: "parameters/name" }] });
  });

  it("[EN-7] checks a Standard Schema that has no JSON Schema at the call", async () => {
    const even: StandardSchemaV1<{ n: number }> = {
      "~standard": {
        version: 1 as const,
        vendor: "test",
        validate: (value: unknown) =>
          (value as { n: number }).n % 2 === 0
            ? { value: value as { n: number } }
            : { issues: [{ message: "odd", path: ["n"] }] },
      },
    };
    const tool = defineTool({ name: "halve", parameters: even, execute: ({ n }) => n / 2 });
    const { runtime } = testRuntime({ tools: [tool] });
    const good = await runtime.execute({ actions: [call("a", "halve", { parameters: { n: 4 } })] });
    const bad = await runtime.execute({ actions: [call("a", "halve", { parameters: { n: 3 } })] });
    expect(good.results[0]?.output).toBe(2);
    expect(bad.results[0]).toMatchObject({ error: "parameters.n: odd", reason: { class: "invalid" } });
  });

  it("[EN-7] takes JSON Schema as it is", () => {
    const parameters = { type: "object", properties: { a: { type: "string" } } };
    const tool = defineTool({ name: "x", parameters, execute: () => 1, reversibility: "reversible" });
    expect(tool.schema).toEqual({ name: "x", parameters, reversibility: "reversible" });
  });

  it("[EN-7] says which tool has a schema that JSON Schema cannot express", () => {
    const define = (): unknown =>
      defineTool({ name: "when", parameters: z.object({ at: z.date() }), execute: () => 1 });
    expect(define).toThrow(/tool `when`: parameters cannot be written as JSON Schema/);
  });
});
