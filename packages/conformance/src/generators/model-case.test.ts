import { ActionProposal, ToolSchema } from "@car/ir";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ModelOutcome } from "../model/outcome.js";
import { worldAt } from "../model/observe.js";
import { runModel } from "../model/run-model.js";
import { anyModelCase, type ModelCase } from "./model-case.js";
import { fractionOf } from "./values.js";

const SAMPLE = fc.sample(anyModelCase, { seed: 1, numRuns: 1_500 });

const runAll = ({ world, steps }: ModelCase): readonly ModelOutcome[] => {
  let { memory } = world;
  return steps.map((step) => {
    const outcome = runModel(step.proposal, worldAt(step, { ...world, memory }));
    memory = outcome.memory;
    return outcome;
  });
};

describe("generated cases", () => {
  it("[CFG-1] fit the wire schemas", () => {
    for (const { world, steps } of SAMPLE) {
      for (const { proposal } of steps) expect(ActionProposal.safeParse(proposal).error).toBeUndefined();
      for (const tool of world.tools) expect(ToolSchema.safeParse(tool).error).toBeUndefined();
    }
  });

  it("[CFG-2] depend on the seed alone", () => {
    const again = fc.sample(anyModelCase, { seed: 1, numRuns: 50 });
    expect(again).toEqual(SAMPLE.slice(0, 50));
  });

  it("[CFG-3] can be run by the model, and twice with the same outcome", () => {
    for (const one of SAMPLE.slice(0, 300)) expect(runAll(one)).toEqual(runAll(one));
  });

  it("[CFG-4] reach every status, every reason code that a run can give, and every way of not calling", () => {
    const outcomes = SAMPLE.flatMap(runAll);
    const share = (wanted: (outcome: ModelOutcome) => boolean): number =>
      outcomes.filter(wanted).length / outcomes.length;
    for (const status of ["committed", "rolled_back", "rejected", "canceled"] as const) {
      expect(
        share((outcome) => outcome.status === status),
        status,
      ).toBeGreaterThan(0.01);
    }
    const actions = outcomes.flatMap((outcome) => outcome.actions);
    expect(new Set(actions.flatMap(({ code }) => code ?? []))).toEqual(
      new Set([
        ...["unknown_tool", "invalid", "precondition_failed", "dependency_missing", "assumption_stale"],
        ...["capability_denied", "policy_denied", "approval_denied", "approval_required", "failed", "timeout"],
        ...["canceled", "in_doubt", "invalid_output", "aborted", "dependency_unsuccessful", "budget_exceeded"],
        "revoked",
      ]),
    );
    for (const effects of ["none", "unknown", "remain"]) {
      expect(outcomes.filter(({ external_effects }) => external_effects === effects).length, effects).toBeGreaterThan(
        20,
      );
    }
    const undone = new Set(
      actions.flatMap(({ compensated, status, outcome }) =>
        compensated === undefined ? [] : [`${compensated} ${outcome ?? status}`],
      ),
    );
    for (const ending of ["true", "false"]) {
      for (const kind of ["succeeded", "unknown", "acted"]) expect(undone).toContain(`${ending} ${kind}`);
    }
    for (const seen of ["deduplicated", "cached", "rolled_back", "compensated"] as const) {
      expect(actions.filter((action) => action[seen]).length, seen).toBeGreaterThan(20);
    }
    expect(actions.filter(({ attempts }) => attempts > 1).length, "retried").toBeGreaterThan(50);
    expect(outcomes.filter(({ calls }) => calls.length > 3).length, "several calls").toBeGreaterThan(100);
  });

  it("[CFG-5] decide the order of arrival: hardly ever do two things happen at one instant", () => {
    const outcomes = SAMPLE.flatMap(runAll);
    expect(outcomes.filter(({ undecided }) => undecided).length / outcomes.length).toBeLessThan(0.02);
    expect(new Set(Array.from({ length: 1_000 }, (_, serial) => fractionOf(serial))).size).toBeGreaterThan(990);
  });
});
