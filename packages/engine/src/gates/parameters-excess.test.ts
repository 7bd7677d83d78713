import { describe, expect, it } from "vitest";
import { call, statuses, testRuntime, tool } from "../testing/fixtures.js";

const LIMITS = { max_output_bytes: 1_000, max_depth: 8 };
const big = tool("big", () => ({ text: "x".repeat(400), deep: [[[[[[1]]]]]] }), { reversibility: "reversible" });
const undo = tool("undo", () => 1, { reversibility: "reversible" });

function runWith(parameters: object) {
  const seen: unknown[] = [];
  const use = tool("use", (given) => void seen.push(given), { reversibility: "reversible" });
  const { runtime } = testRuntime({ tools: [big, use], limits: LIMITS });
  const actions = [call("a", "big"), call("b", "use", { parameters, failure_behavior: "skip" })];
  return runtime.execute({ actions }).then((result) => ({ result, seen }));
}

describe("resolved parameters", () => {
  it("[EN-16] [2.1] may be as large as an output", async () => {
    const { result, seen } = await runWith({ one: "$a.output.text", two: "$a.output.text" });
    expect(statuses(result)).toEqual({ a: "succeeded", b: "succeeded" });
    expect(seen).toHaveLength(1);
  });

  it.each([
    ["many references to one output", { all: ["$a.output.text", "$a.output.text", "$a.output.text"] }, "1000 bytes"],
    ["text around references", { all: "${a.output.text}${a.output.text}${a.output.text}" }, "1000 bytes"],
    ["levels that add up", { very: [[{ deep: "$a.output.deep" }]] }, "8 levels"],
  ])("[EN-16] [2.1] are refused when they are larger: %s", async (_what, parameters, limit) => {
    const { result, seen } = await runWith(parameters);
    expect(statuses(result)).toEqual({ a: "succeeded", b: "rejected:invalid" });
    expect(result.results[1]?.error).toContain(limit);
    expect(seen).toEqual([]);
  });

  it("[EN-16] [2.1] cannot double from action to action without end", async () => {
    const { runtime } = testRuntime({ limits: { max_output_bytes: 100_000 } });
    const actions = Array.from({ length: 40 }, (_, index) => {
      const value = index === 0 ? "x".repeat(100) : [`$w${index - 1}.output`, `$w${index - 1}.output`];
      return { id: `w${index}`, type: "state_write" as const, parameters: { key: `k${index}`, value } };
    });
    const result = await runtime.execute({ actions });
    expect(result.status).toBe("rolled_back");
    expect(result.cause).toMatchObject({ code: "invalid", limit: "max_output_bytes", action_id: "w10" });
  });

  it("[EN-16] [2.1] without a reference are not measured", async () => {
    const { result } = await runWith({ text: "x".repeat(2_000) });
    expect(statuses(result)).toEqual({ a: "succeeded", b: "succeeded" });
  });

  it("[EN-16] [5.2] of a compensation are bounded as well: it fails, and what is left is told", async () => {
    const compensation = { tool: "undo", parameters: { all: ["$output.text", "$output.text", "$output.text"] } };
    const book = tool("book", big.execute!, { reversibility: "compensable", compensation });
    const fail = tool("fail", () => Promise.reject(new Error("broken")));
    const { runtime, kinds } = testRuntime({ tools: [book, undo, fail], limits: LIMITS });
    const result = await runtime.execute({
      actions: [call("a", "book"), call("b", "fail", { dependencies: ["a"] })],
    });
    expect(result.results[0]?.compensated).toBe(false);
    expect(result.external_effects_remain).toBe(true);
    expect(kinds).toContain("compensation_failed a");
  });
});
