import type { StateEntry } from "@car/ir";
import type { StateStore } from "@car/ir/ports";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { manualClock } from "../clock/manual-clock.js";
import { anyModelCase } from "../generators/model-case.js";
import { PlainStateStore } from "../mutants/plain-state-store.js";
import { compareWithModel, type ComparedRuntime, type ComparisonOptions } from "./observe.js";

/** Says that every action succeeded, and does nothing. */
const boaster = (): ComparedRuntime => ({
  execute: async ({ actions }) => ({
    proposal_id: "p",
    run_id: "r",
    proposal_hash: "",
    status: "committed",
    results: actions.map(({ id }) => ({
      action_id: id,
      status: "succeeded",
      output: null,
      state_changes: {},
      state_deletes: [],
      attempts: 1,
      duration_ms: 0,
      deduplicated: false,
      cached: false,
      rolled_back: false,
      timestamp: "",
    })),
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
  }),
  revoke: () => true,
  close: async () => undefined,
});

const CASES = fc.sample(anyModelCase, { seed: 7, numRuns: 60 });

describe("compareWithModel", () => {
  it("[CFM-15] finds out a runtime that says that everything succeeded", async () => {
    for (const one of CASES) {
      const [first] = await compareWithModel(one, {
        store: new PlainStateStore(),
        clock: manualClock(),
        create: boaster,
      });
      const wasIdle = first?.model.calls.length === 0 && first.model.actions.every(({ attempts }) => attempts === 0);
      if (!wasIdle && first?.model.undecided === false) expect(first.differences).not.toEqual([]);
    }
  });

  it("[CFM-15] gives the runtime the case's tools, state and settings", async () => {
    for (const one of CASES.slice(0, 10)) {
      const store: StateStore = new PlainStateStore();
      let given: ComparisonOptions | undefined;
      const create = (options: ComparisonOptions): ComparedRuntime => {
        given = options;
        return boaster();
      };
      await compareWithModel(one, { store, clock: manualClock(), create });
      expect(given?.tools.map(({ schema }) => schema)).toEqual(one.world.tools);
      expect(given?.budget).toEqual(one.world.budget);
      const values = (entry: StateEntry | undefined): unknown => entry?.value;
      for (const [key, entry] of one.world.memory.state) expect(values(store.view().entry(key))).toEqual(entry.value);
    }
  });
});
