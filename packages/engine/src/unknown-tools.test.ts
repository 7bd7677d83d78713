import { maxCalls, mustPrecede, rulePolicy } from "@car/policy";
import type { Logger } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { createRuntime } from "./create-runtime.js";
import { tool } from "./testing/fixtures.js";

describe("createRuntime", () => {
  it("[EN-89] warns of rules for tools that are not registered", () => {
    const warned: unknown[] = [];
    const quiet = (): void => undefined;
    const logger: Logger = { debug: quiet, info: quiet, error: quiet, warn: (fields) => void warned.push(fields) };
    const policy = rulePolicy([
      maxCalls({ tool: "pay", max: 1 }),
      mustPrecede({ first: "chek", then: "pay*" }),
      maxCalls({ tool: "*", max: 9 }),
      maxCalls({ tool: "fs_*", max: 9 }),
    ]);
    createRuntime({ tools: [tool("pay", () => 1)], policy, logger });
    expect(warned).toEqual([{ tools: ["chek", "fs_*"] }]);
    createRuntime({ tools: [tool("pay", () => 1), tool("chek", () => 1), tool("fs_read", () => 1)], policy, logger });
    expect(warned).toHaveLength(1);
  });
});
