import { applyWrite, type StateEntry } from "@car/ir";
import type { StateView } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { brief, call, expects, findings, holds, verifyActions, write } from "./testing/plans.js";

const load = call("load", { tool: "load" });

function viewOf(entries: Readonly<Record<string, StateEntry>>): StateView {
  const entry = (key: string) => (Object.hasOwn(entries, key) ? entries[key] : undefined);
  return { version: 9, entry, get: (key) => entry(key)?.value, keys: () => Object.keys(entries).sort() };
}

describe("conditions", () => {
  it("[VA-35] [4.3] are judged in the state that the actions before leave", async () => {
    const check = call("b", { preconditions: [holds("k", 2)] });
    expect(await findings([write("a", "k", 2), check], { state: { k: 1 } })).toEqual([]);
    expect(await findings([check, write("a", "k", 2)], { state: { k: 1 } })).toEqual(["error precondition_failed b"]);
  });

  it("[VA-35] [1] take a key that an escape makes literal for that text", async () => {
    const check = { id: "c", type: "assertion" as const, parameters: { key: "$$w.output", expected: 2 } };
    const { issues, simulated_state } = await verifyActions([write("w", "$$w.output", 1), check]);
    expect(issues.map(({ code, action_id }) => [code, action_id])).toEqual([["precondition_failed", "c"]]);
    expect(Object.keys(simulated_state)).toEqual(["$w.output"]);
  });

  it("[VA-35] [4.3] reports all that does not hold, with the precondition's description", async () => {
    const action = call("a", {
      preconditions: [{ ...holds("k", 1), description: "k is one" }, holds("k", 1, "like")],
      state_dependencies: ["gone"],
      assumptions: [{ key: "k", expected_value: 1 }],
    });
    const { issues } = await verifyActions([action], { state: { k: 2 } });
    expect(issues.map(({ code }) => code)).toEqual([
      "precondition_failed",
      "precondition_failed",
      "dependency_missing",
      "assumption_stale",
    ]);
    expect(issues[0]?.message).toContain("(k is one)");
  });

  it("[VA-35] are heuristic where they rest on a claim, and say so even when they hold", async () => {
    const claim = call("a", { expected_effects: { k: 1 } });
    for (const [expected, found] of [
      [1, "info undecided b"],
      [2, "error precondition_failed b"],
    ] as const) {
      const { issues } = await verifyActions([claim, expects("b", "k", expected)]);
      expect(brief(issues)).toEqual([found]);
      expect(issues[0]?.tier).toBe("heuristic");
    }
  });

  it("[VA-35] are certain where a state action itself claims", async () => {
    const actions = [{ ...write("a", "k", 1), expected_effects: { k: 2 } }, expects("b", "k", 2)];
    expect(await findings(actions)).toEqual([]);
  });

  it("[VA-35] [VA-36] are undecided where a tool may have changed the key", async () => {
    const action = call("b", {
      preconditions: [holds("x", 1)],
      state_dependencies: ["box/1"],
      assumptions: [{ key: "box/2", expected_value: 1 }],
    });
    const { valid, issues } = await verifyActions([load, action, expects("c", "x", 1)], { state: { x: 2 } });
    expect([valid, brief(issues)]).toEqual([
      true,
      ["info undecided b", "info undecided b", "info undecided b", "info undecided c"],
    ]);
  });

  it("[VA-35] take a stored null for a value, in views and in plain values", async () => {
    const action = call("a", { state_dependencies: ["k"], preconditions: [holds("k", null, "exists")] });
    const stored = viewOf({ k: applyWrite(undefined, { value: null, origin: "host" }, 3)! });
    expect(await findings([action], { state: { k: null } })).toEqual([]);
    expect(await findings([action], { state: stored })).toEqual([]);
  });

  it("[VA-35] [4.3] compare versions of committed values; plain values have none", async () => {
    const assuming = (read_version: number) => [call("a", { assumptions: [{ key: "k", read_version }] })];
    const state = viewOf({ k: { value: 1, origin: "host", version: 3 } });
    expect(await findings(assuming(3), { state })).toEqual([]);
    expect(await findings(assuming(2), { state })).toEqual(["error assumption_stale a"]);
    expect(await findings(assuming(2))).toEqual(["error assumption_stale a"]);
    expect(await findings(assuming(0))).toEqual([]);
    expect(await findings(assuming(2), { state: { k: 1 } })).toEqual(["info undecided a"]);
    expect(await findings(assuming(0), { state: { k: 1 } })).toEqual(["error assumption_stale a"]);
  });
});

describe("references", () => {
  const read = { id: "r", type: "state_read", parameters: { key: "k" } };

  it("[VA-34] in what an assertion expects are not compared as text", async () => {
    expect(await findings([read, expects("a", "k", "$r.output")], { state: { k: 1 } })).toEqual(["info undecided a"]);
    expect(await findings([read, expects("a", "k", "$$r.output")], { state: { k: "$r.output" } })).toEqual([]);
  });

  it("[VA-36] [4.9] that are written make the key unknown, escapes do not", async () => {
    const after = expects("z", "w", "$r.output");
    const written = [
      read,
      write("a", "w", { deep: "${r.output}!" }),
      { ...after, parameters: { key: "w", expected: 1 } },
    ];
    expect(await findings(written)).toEqual(["info undecided a", "info undecided z"]);
    const escaped = [write("r", "k", 1), write("a", "w", "$$r.output"), expects("z", "w", "$$r.output")];
    expect(await findings(escaped)).toEqual([]);
  });

  it("[VA-36] as a key make every declared key unknown", async () => {
    const key = { $ref: "r.output" };
    const actions = [
      write("w", "p/1", 1),
      read,
      { id: "a", type: "state_write", parameters: { key, value: 1 }, write_set: ["p/*", "q"] },
      expects("b", "p/1", 1),
      expects("c", "q", 1),
      expects("d", "other", 1),
    ];
    expect(await findings(actions, { state: { other: 1 } })).toEqual([
      "info undecided a",
      "info undecided b",
      "info undecided c",
    ]);
  });
});
