import { describe, expect, it } from "vitest";
import { Action } from "../action/action.js";
import { buildActionGraph } from "../graph/action-graph.js";
import { labelSet, NO_LABELS } from "./labels.js";
import { parameterReferences } from "./parameter-references.js";
import { buildPolicyPlan } from "./policy-plan.js";

function planOf(inputs: readonly object[], { context = NO_LABELS, kept = NO_LABELS } = {}) {
  const actions = inputs.map((input) => Action.parse(input));
  const built = buildActionGraph({ actions, effectsOf: () => [] });
  if (!("graph" in built)) throw new Error("no plan");
  return buildPolicyPlan({
    actions,
    graph: built.graph,
    tool: (index) =>
      ({ source_label: inputs[index]!.constructor === Object && actions[index]!.id === "web" ? "w" : [] }) as never,
    about: { principal: "p", run_id: "r", proposal_id: "q", now: 0, mode: "decide" },
    history: undefined,
    source: {
      context,
      provenance: () => ({ source: "unknown", labels: NO_LABELS }),
      isTrusted: (value) => value === "said",
      origins: () => [],
    },
    endorses: () => [],
    entryLabels: () => kept,
  });
}

const call = (id: string, parameters: object = {}, more: object = {}): object => ({
  id,
  type: "tool_call",
  tool: id,
  parameters,
  ...more,
});

describe("a plan", () => {
  it("[IR-61] [6.4] knows labels that come by reference, by state and by what the model had been shown", () => {
    const read = { id: "read", type: "state_read", parameters: { key: "k" } };
    const plan = planOf(
      [
        call("web"),
        read,
        call("use", { a: "$web.output", b: ["$read.output"], c: "said", d: "own", e: "${web.output} own" }),
      ],
      { context: labelSet(["shown"]), kept: labelSet(["kept"]) },
    );
    const flow = plan.flow(2)!;
    expect(["a", "b", "c", "d", "e"].map((param) => flow.labels(param))).toEqual([
      ["w"],
      ["kept", "shown"],
      [],
      ["shown"],
      ["shown", "w"],
    ]);
    expect(flow.labels()).toEqual(["kept", "shown", "w"]);
    expect(flow.origins("w")).toEqual([{ label: "w", tool: "web", action_id: "web" }]);
    expect(flow.provenance("x", { param: "a", elements: "value" })).toBeUndefined();
  });

  it("[IR-61] [6.4] leaves open what a key holds that the plan itself may write", () => {
    const actions = [
      { id: "write", type: "state_write", parameters: { key: "k", value: 1 } },
      { id: "read", type: "state_read", parameters: { key: "k" } },
      call("use", { a: "$read.output" }),
    ];
    expect(
      planOf(actions, { kept: labelSet(["kept"]) })
        .flow(2)!
        .labels(),
    ).toEqual([]);
  });

  it("[IR-61] [3.1] knows which action must end before which", () => {
    const plan = planOf([call("a"), call("b", {}, { dependencies: ["a"] }), call("c", { x: "$b.output" }), call("d")]);
    expect([plan.precedes(0, 2), plan.precedes(2, 0), plan.precedes(0, 3), plan.precedes(1, 1)]).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(plan.mayCarryLabels).toBe(true);
    expect(planOf([call("a"), call("d")]).mayCarryLabels).toBe(false);
  });

  it("[IR-62] [6.4] tells a parameter that is one reference from one that holds some", () => {
    const bare = (value: Parameters<typeof parameterReferences>[0]) => {
      const found = parameterReferences(value);
      return [found.references.length, found.bare];
    };
    expect(bare("$a.output.x")).toEqual([1, true]);
    expect(bare({ $ref: "a.output" })).toEqual([1, true]);
    expect(bare("see ${a.output}")).toEqual([1, false]);
    expect(bare(["$a.output"])).toEqual([1, false]);
    expect(bare({ x: "$a.output", y: "$b.output" })).toEqual([2, false]);
    expect(bare("plain")).toEqual([0, false]);
    expect(bare(undefined)).toEqual([0, false]);
  });
});
