import { describe, expect, it } from "vitest";
import { call, tool } from "../testing/fixtures.js";
import { handMadeRun } from "../testing/hand-made-run.js";
import { PROCEED } from "./gate.js";
import { refuseRevoked, restrict } from "./restrict.js";

const tools = [tool("use", () => 1, { effects: ["out.*"] }), tool("other", () => 1)];

describe("the gate `revoked`", () => {
  it("[2.2] refuses a tool from the moment at which it was taken back", () => {
    const { run, slot } = handMadeRun({ tools, actions: [call("a", "use")] });
    expect(refuseRevoked(run, slot("a"))).toBe(PROCEED);
    slot("a").tool!.revoked = true;
    expect(refuseRevoked(run, slot("a"))).toMatchObject({ status: "rejected", reason: { code: "revoked" } });
  });
});

describe("the gate `capability`", () => {
  it.each([
    ["no set", undefined, PROCEED],
    ["its tool", { allowed_tools: ["use"] }, PROCEED],
    ["another tool", { allowed_tools: ["other"] }, "capability_denied"],
    ["no tool at all", { allowed_tools: [] }, "capability_denied"],
    ["its tool, which is denied as well", { allowed_tools: ["use"], denied_tools: ["use"] }, "capability_denied"],
    ["the keys of its tool", { allowed_state_keys: ["out.*"] }, PROCEED],
    ["some of them", { allowed_state_keys: ["out.a"] }, "capability_denied"],
  ])("[4.2] holds a call to the capability set: %s", (_what, capabilities, expected) => {
    const actions = [call("a", "use")];
    const { run, slot } = handMadeRun({ tools, actions, ...(capabilities && { capabilities }) });
    const answer = restrict(run, slot("a"));
    if (expected === PROCEED) expect(answer).toBe(PROCEED);
    else expect(answer).toMatchObject({ status: "rejected", reason: { code: expected } });
  });

  it.each([
    ["a precondition", { preconditions: [{ key: "secret", operator: "exists" }] }],
    ["a dependency", { state_dependencies: ["secret"] }],
    ["an assumption", { assumptions: [{ key: "secret", expected_value: 1 }] }],
    ["a claimed effect", { expected_effects: { secret: 1 } }],
    ["a declared key", { read_set: ["secret"] }],
  ])("[4.2] counts every path by which an action may reach a key, %s too, and shows no value", (_what, more) => {
    const made = handMadeRun({
      tools,
      actions: [call("a", "other", more)],
      capabilities: { allowed_state_keys: ["open"] },
      state: { secret: "hunter2" },
    });
    const answer = restrict(made.run, made.slot("a"));
    expect(answer).toMatchObject({ status: "rejected", reason: { code: "capability_denied", keys: ["secret"] } });
    expect(JSON.stringify(answer)).not.toContain("hunter2");
  });

  it("[4.2] looks at the key that a state action has after its references are resolved", () => {
    const read = { id: "r", type: "state_read", parameters: { key: "open" } } as const;
    const { run, slot } = handMadeRun({ actions: [read], capabilities: { allowed_state_keys: ["open"] } });
    expect(restrict(run, slot("r"))).toBe(PROCEED);
    slot("r").parameters = { key: "secret" };
    expect(restrict(run, slot("r"))).toMatchObject({ reason: { keys: ["secret"] } });
  });
});
