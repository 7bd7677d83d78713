import { describe, expect, it } from "vitest";
import { call, tool } from "../testing/fixtures.js";
import { AGAIN, FIRST, handMadeRun } from "../testing/hand-made-run.js";
import type { Unsuccessful } from "../run/outcome.js";
import { errandSlot } from "../run/board.js";
import { PROCEED } from "./gate.js";
import { validate } from "./validate.js";

const NEEDS_N = { type: "object", required: ["n"], properties: { n: { type: "integer" } } };
const tools = [tool("use", () => 1, { parameters: NEEDS_N }), tool("any", () => 1)];

describe("the gate `validate`", () => {
  it("[4.3] has no objection to what fits, and tells so once", () => {
    const { run, slot, events } = handMadeRun({ tools, actions: [call("a", "use", { parameters: { n: 1 } })] });
    expect([validate(run, slot("a"), FIRST), validate(run, slot("a"), AGAIN)]).toEqual([PROCEED, PROCEED]);
    expect(events).toEqual([["action_validated", undefined]]);
  });

  it("[4.3] names a tool that is near to one that is not known", () => {
    const { run, slot } = handMadeRun({ tools, actions: [call("a", "yuse")] });
    expect(validate(run, slot("a"), FIRST)).toMatchObject({
      status: "rejected",
      reason: { code: "unknown_tool", message: expect.stringContaining("`yuse` is not known, did you mean `use`?") },
    });
  });

  it("[4.3] collects all that is wrong: parameters, preconditions, dependencies, assumptions", () => {
    const { run, slot } = handMadeRun({
      tools,
      state: { k: 1 },
      actions: [
        call("a", "use", {
          parameters: { n: "one" },
          preconditions: [
            { key: "k", value: 2 },
            { key: "k", operator: "is_prime" },
          ],
          state_dependencies: ["nowhere"],
          assumptions: [{ key: "k", expected_value: 3, read_version: 9 }],
        }),
      ],
    });
    const answer = validate(run, slot("a"), FIRST);
    expect(answer).toMatchObject({ status: "rejected", reason: { code: "invalid", keys: ["k", "nowhere"] } });
    const { problems = [] } = (answer as Unsuccessful).reason;
    expect(problems.map(({ path }) => path)).toEqual([
      "parameters/n",
      "preconditions[0]",
      "preconditions[1]",
      "state_dependencies[0]",
      "assumptions[0]",
      "assumptions[0]",
    ]);
  });

  it("[4.3] looks at the parameters as they were resolved", () => {
    const actions = [call("b", "any"), call("a", "use", { parameters: { n: "$b.output" } })];
    const { run, slot } = handMadeRun({ tools, actions });
    slot("a").parameters = { n: "none" };
    expect(validate(run, slot("a"), FIRST)).toMatchObject({ status: "rejected", reason: { code: "invalid" } });
    slot("a").parameters = { n: 1 };
    expect(validate(run, slot("a"), FIRST)).toBe(PROCEED);
  });

  it("[4.1] sees what has changed since it was asked last", () => {
    const { run, slot } = handMadeRun({
      tools,
      actions: [call("a", "any", { preconditions: [{ key: "k", value: 1 }] })],
    });
    run.state.write("k", { value: 1, origin: "tool" });
    expect(validate(run, slot("a"), FIRST)).toBe(PROCEED);
    run.state.write("k", { value: 2, origin: "tool" });
    expect(validate(run, slot("a"), AGAIN)).toMatchObject({ reason: { code: "precondition_failed", keys: ["k"] } });
  });

  it("[5.2] checks the parameters of a compensation, and leaves no evidence of its own", () => {
    const { run, slot, events } = handMadeRun({ tools, actions: [call("a", "use", { parameters: { n: 1 } })] });
    const { action, tool: used } = slot("a");
    const undoing = {
      kind: "compensation" as const,
      isByModel: false,
      started: () => undefined,
      ended: () => undefined,
    };
    const undo = errandSlot(0, { ...action, parameters: {} } as typeof action, used, undoing);
    expect(validate(run, undo, FIRST)).toMatchObject({ status: "rejected", reason: { code: "invalid" } });
    undo.parameters = { n: 1 };
    expect(validate(run, undo, FIRST)).toBe(PROCEED);
    expect(events).toEqual([]);
  });
});
