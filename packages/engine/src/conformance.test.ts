import { testRuntime } from "@car/conformance";
import { describe, expect, it } from "vitest";
import { createRuntime } from "./create-runtime.js";

testRuntime({ describe, it }, createRuntime);

describe("testRuntime", () => {
  it("[CFR-1] needs no more of a runner than `describe` and `it`, and names each test after its rules", () => {
    const names: string[] = [];
    testRuntime({ describe: (_name, body) => body(), it: (name) => void names.push(name) }, createRuntime);
    expect(names.filter((name) => !/^\[\d(\.\d+)?\] /.test(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });
});
