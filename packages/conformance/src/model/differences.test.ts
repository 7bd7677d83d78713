import type { ProposalInput, ProposalResult } from "@car/ir";
import { describe, expect, it } from "vitest";
import { differences } from "./differences.js";
import type { ModelOutcome } from "./outcome.js";
import { runModel } from "./run-model.js";
import { answers } from "./scripted-call.js";
import { openWorld } from "./world.js";

const PROPOSAL: ProposalInput = {
  actions: [
    { id: "w", type: "state_write", parameters: { key: "k", value: 1 } },
    { id: "t", type: "tool_call", tool: "t", parameters: {} },
  ],
};
const MODEL = runModel(PROPOSAL, openWorld([{ name: "t", effects: ["seen"] }], { calls: { t: [answers("done", 5)] } }));

/** A result that says what the model says. */
function resultOf(model: ModelOutcome): ProposalResult {
  return {
    proposal_id: "p",
    run_id: "r",
    proposal_hash: "",
    trace_id: "",
    reasons: [],
    status: model.status,
    external_effects: model.external_effects,
    external_effects_remain: model.external_effects !== "none",
    cost: { ...model.cost, total_duration_ms: 0, wall_ms: model.wall_ms },
    results: model.actions.map(({ code, ...action }) => ({
      ...action,
      ...(code === undefined ? {} : { reason: { code, message: "" } }),
      duration_ms: 0,
      timestamp: "",
    })),
  };
}

const observed = (change: (result: ProposalResult) => ProposalResult = (result) => result) => ({
  result: change(resultOf(MODEL)),
  calls: MODEL.calls,
  state: MODEL.memory.state,
});

describe("differences", () => {
  it("[CFM-16] there are none when the runtime says what the model says", () => {
    expect(differences(MODEL, observed())).toEqual([]);
  });

  it("[CFM-16] each is one line that names the thing and shows both sides", () => {
    const found = differences(
      MODEL,
      observed((result) => ({ ...result, status: "rolled_back" })),
    );
    expect(found).toEqual(['status: the model says "committed", the runtime "rolled_back"']);
  });

  it("[CFM-16] outputs, attempts, changes, calls, cost, time and state are compared", () => {
    const [first, ...rest] = resultOf(MODEL).results;
    if (first === undefined) throw new TypeError("there is no result");
    const changed = { ...first, output: "other", attempts: 2, state_changes: {} };
    const cost = { ...resultOf(MODEL).cost, wall_ms: 1, retries: 1 };
    const found = differences(MODEL, {
      result: { ...resultOf(MODEL), results: [changed, ...rest], cost },
      calls: [],
      state: new Map(),
    });
    expect(found.map((line) => line.split(":")[0])).toEqual([
      "action `w` attempts",
      "action `w` output",
      "action `w` state_changes",
      "calls",
      "cost",
      "wall_ms",
      "state",
    ]);
  });
});
