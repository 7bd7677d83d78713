import type { ProposalResult } from "@car/ir";
import type { EventLog, StateStore } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import type { RuntimeUnderTest } from "./runtime/runtime-under-test.js";
import { testRuntime } from "./test-runtime.js";

const COMMITTED: ProposalResult = {
  proposal_id: "p",
  run_id: "r",
  proposal_hash: "",
  status: "committed",
  results: [],
  reasons: [],
  cost: {
    tool_calls: 0,
    actions_executed: 0,
    actions_rejected: 0,
    actions_skipped: 0,
    retries: 0,
    total_duration_ms: 0,
    wall_ms: 0,
  },
  trace_id: "",
  external_effects: "none",
  external_effects_remain: false,
};

/** Answers at once that all is well, and does nothing. */
const idleRuntime = (): RuntimeUnderTest => ({
  state: { get: () => undefined, entry: () => undefined, keys: () => [], set: async () => {}, delete: async () => {} },
  eventLog: { read: async function* () {}, head: async () => ({ seq: 0, hash: "" }) } as unknown as EventLog,
  store: { view: () => ({ version: 0 }), commit: () => 0 } as unknown as StateStore,
  execute: async () => COMMITTED,
  verify: async () => ({ valid: true, issues: [], execution_order: [] }),
  subscribe: () => () => undefined,
  registerTool: () => undefined,
  unregisterTool: () => true,
  revoke: () => true,
  tools: () => [],
  close: async () => undefined,
});

const collected = (): readonly (readonly [string, () => void | Promise<void>])[] => {
  const tests: (readonly [string, () => void | Promise<void>])[] = [];
  testRuntime({ describe: (_name, body) => body(), it: (name, body) => void tests.push([name, body]) }, idleRuntime);
  return tests;
};

describe("testRuntime", () => {
  it("[CFR-1] needs no more of a runner than `describe` and `it`, and names each test after its rule", () => {
    const names = collected().map(([name]) => name);
    expect(names.length).toBeGreaterThan(200);
    expect(names.filter((name) => !/^\[\d(\.\d+)?\] /.test(name))).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  it("[CFR-2] no test passes on a runtime that does nothing and says that all is well", async () => {
    const passed: string[] = [];
    for (const [name, body] of collected()) {
      try {
        await body();
        passed.push(name);
      } catch {
        // This is what a test must do here.
      }
    }
    expect(passed).toEqual([]);
  });
});
