import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseProposal } from "@car/ir";
import { brief, call, expects, findings, TOOLS, verifyActions, write } from "./testing/plans.js";
import { simulate, verify } from "./verify.js";

const LAW = { numRuns: 200 };

describe("verify: what the proposal is", () => {
  it("[VA-32] [2.1] never throws, whatever it is given, and neither does simulate", async () => {
    const name = fc.constantFrom("id", "type", "actions", "tool", "parameters", "key", "$ref", "__proto__", "x");
    const leaf = fc.constantFrom("a", "b", "tool_call", "state_write", "$a.output", "${b.output.x}", "k*", null, 1);
    const part = fc.oneof(leaf, fc.array(leaf, { maxLength: 3 }), fc.dictionary(name, leaf, { maxKeys: 4 }));
    const action = fc.record(
      {
        id: fc.constantFrom("a", "b", "c"),
        type: fc.constantFrom("tool_call", "state_write", "state_read", "assertion"),
        tool: fc.constantFrom("t", "load", "none"),
        parameters: fc.oneof(part, fc.record({ key: part, value: part, expected: part }, { requiredKeys: ["key"] })),
        dependencies: fc.array(fc.constantFrom("a", "b"), { maxLength: 1 }),
        write_set: fc.array(fc.constantFrom("k*", "x"), { maxLength: 2 }),
        assumptions: fc.array(fc.record({ key: leaf, expected_value: part, read_version: fc.nat() }), { maxLength: 1 }),
        compensation: fc.record({ type: fc.constantFrom("action_ref", "tool"), action_id: leaf, tool: leaf }),
      },
      { requiredKeys: ["id", "type"] },
    );
    const input = fc.oneof(fc.anything(), fc.json(), fc.record({ actions: fc.array(action, { maxLength: 4 }) }));
    const law = fc.asyncProperty(input, async (proposal) => {
      const report = await verify(proposal, { tools: TOOLS, capabilities: { allowed_state_keys: ["k*"] } });
      const { issues, results } = await simulate(proposal, { tools: TOOLS });
      expect(report.valid).toBe(report.issues.every(({ severity }) => severity !== "error"));
      expect(results.length > 0 || issues.some(({ severity }) => severity === "error")).toBe(true);
    });
    await fc.assert(law, LAW);
  });

  it("[VA-32] takes text, values and parsed proposals", async () => {
    const input = { actions: [write("a", "k", 1)] };
    const reports = await Promise.all([input, JSON.stringify(input), parseProposal(input)].map((each) => verify(each)));
    for (const report of reports) {
      expect(report).toMatchObject({ valid: true, issues: [], execution_order: ["a"] });
    }
  });

  it("[VA-32] [2.1] reports every problem of the graph, and what is wrong besides", async () => {
    const cyclic = [
      call("a", { dependencies: ["b"] }),
      call("b", { dependencies: ["a"], invocation_mode: "streaming" }),
    ];
    const report = await verifyActions(cyclic);
    expect(report).toMatchObject({ valid: false, execution_order: [], simulated_state: {} });
    expect(brief(report.issues)).toEqual(["error invalid a", "error unsupported b"]);
    expect(report.issues[0]?.message).toContain("cycle");
  });

  it("[VA-32] [2.1] keeps to the limits and the capability set's number of actions", async () => {
    const two = [write("a", "k", 1), write("b", "k", 2)];
    expect(await findings(two, { limits: { max_actions: 1 } })).toEqual(["error invalid"]);
    expect(await findings(two, { capabilities: { max_actions: 1 } })).toEqual(["error capability_denied"]);
    const parsed = parseProposal({ actions: two });
    expect(brief((await verify(parsed, { limits: { max_actions: 1 } })).issues)).toEqual(["error invalid"]);
  });

  it("[VA-32] throws for options that are wrong", async () => {
    await expect(verify({}, { tools: [{ name: "" }] })).rejects.toMatchObject({ code: "CAR_TOOL_INVALID" });
    await expect(verify({}, { limits: { max_actions: -1 } })).rejects.toMatchObject({ code: "CAR_CONFIG_INVALID" });
  });
});

describe("verify: each action", () => {
  it("[VA-33] [4.3] finds unknown tools and parameters that do not fit, also behind an action that fails", async () => {
    const actions = [call("a", { tool: "none" }), call("b", { tool: "undo", dependencies: ["a"] })];
    expect(await findings(actions)).toEqual([
      "error unknown_tool a",
      "error invalid b",
      "warning dependency_unsuccessful b",
    ]);
  });

  it("[VA-33] [4.2] finds tools and keys outside the capability set; a denial wins", async () => {
    const actions = [call("a"), expects("b", "secret", 1), write("c", "open/1", 1), call("d", { read_set: ["op*"] })];
    const capabilities = { allowed_tools: ["t"], denied_tools: ["t"], allowed_state_keys: ["open*"] };
    const { issues } = await verifyActions(actions, { capabilities, state: { secret: 1 } });
    expect(brief(issues)).toEqual([
      "error capability_denied a",
      "error capability_denied b",
      "error capability_denied d",
    ]);
    expect(issues[2]?.message).toContain("tool `t`");
    const { issues: keys } = await verifyActions([call("d", { read_set: ["op*", "x"] })], {
      capabilities: { allowed_state_keys: ["open*"] },
    });
    expect(keys.map(({ message }) => message)).toEqual(["state key `op*`, `x` is outside the capability set"]);
  });

  it("[VA-33] says once that calls were not looked at when no tools are given", async () => {
    const { valid, issues } = await verify({ actions: [call("a"), call("b"), write("c", "k", 1)] });
    expect([valid, brief(issues)]).toEqual([true, ["info undecided"]]);
  });
});

describe("verify: order and conflicts", () => {
  it("[VA-38] [3.3] starts what can be undone first, then what others have to wait for", async () => {
    const actions = [
      call("rest", { tool: "send", failure_behavior: "skip" }),
      call("aborts", { tool: "send" }),
      call("leads", { tool: "send" }),
      call("after", { dependencies: ["leads"] }),
      call("safe"),
    ];
    const order = ["safe", "leads", "after", "aborts", "rest"];
    expect((await verifyActions(actions)).execution_order).toEqual(order);
    const eager = await verifyActions(actions, { schedule: "eager" });
    expect(eager.execution_order).toEqual(["rest", "aborts", "leads", "after", "safe"]);
  });

  it("[VA-38] [3.3] keeps the list's order where nothing may abort", async () => {
    const actions = [call("a", { tool: "send" }), call("b")].map((each) => ({ ...each, failure_behavior: "skip" }));
    expect((await verifyActions(actions)).execution_order).toEqual(["a", "b"]);
  });

  it("[VA-38] [3.1] lists conflicts once each", async () => {
    const reads = { state_dependencies: ["k"], read_set: ["k"] };
    const { conflicts } = await verifyActions([write("a", "k", 1), call("b", reads), write("c", "k", 2)]);
    expect(conflicts).toEqual([
      { key: "k", kind: "RAW", first: "a", second: "b" },
      { key: "k", kind: "WAW", first: "a", second: "c" },
      { key: "k", kind: "WAR", first: "b", second: "c" },
    ]);
  });

  it("[VA-38] lists no more than 10,000 conflicts", async () => {
    const keys = Array.from({ length: 400 }, (_, index) => `k${index}`);
    const actions = Array.from({ length: 30 }, (_, index) => call(`a${index}`, { write_set: keys }));
    expect((await verifyActions(actions)).conflicts).toHaveLength(10_000);
  });

  it("[VA-43] [3.1] names a dependency that only a later action supplies, unless the state has the key", async () => {
    const actions = [call("a", { state_dependencies: ["k"] }), write("b", "k", 1)];
    const { issues } = await verifyActions(actions);
    expect(brief(issues)).toContain("error invalid a");
    expect(issues[0]?.message).toContain("only the later action `b` writes");
    expect(await findings(actions, { state: { k: null } })).toEqual([]);
  });
});
