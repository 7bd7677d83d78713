import { type JsonObject, parseProposal, type ProposalReceivedData, type StateChangedData } from "@car/ir";
import type { PolicyEngine } from "@car/ir/ports";
import { collectEvents } from "@car/conformance/internal";
import { describe, expect, it } from "vitest";
import { createRuntime } from "../create-runtime.js";

const echo = {
  schema: { name: "echo", reversibility: "reversible" },
  execute: (parameters: JsonObject) => parameters,
} as const;

/** Counts the plans that are made, by the questions for an action's keys. */
function counting(): PolicyEngine & { asked: number } {
  const policy = {
    version: "1",
    supports: { rateLimits: false },
    asked: 0,
    check: () => ({ effect: "allow" as const, reasons: [] }),
    keysRead: () => {
      policy.asked++;
      return [];
    },
  };
  return policy;
}

describe("a proposal that is executed again", () => {
  it("[EN-138] is planned once, until another comes or the tools change", async () => {
    const policy = counting();
    const runtime = createRuntime({ tools: [echo], policy });
    const [one, other] = ["a", "b"].map((id) => parseProposal({ actions: [{ id, type: "tool_call", tool: "echo" }] }));
    const plansOf = async (proposal: unknown): Promise<number> => {
      const before = policy.asked;
      expect(await runtime.execute(proposal)).toMatchObject({ status: "committed" });
      return policy.asked - before;
    };
    expect([await plansOf(one), await plansOf(one), await plansOf(other), await plansOf(one)]).toEqual([1, 0, 1, 1]);
    runtime.registerTool({ schema: { ...echo.schema, description: "new" }, execute: echo.execute });
    expect([await plansOf(one), await plansOf(one)]).toEqual([1, 0]);
    // What was not parsed is parsed, and planned, each time.
    const raw = { actions: [{ id: "a", type: "tool_call", tool: "echo" }] };
    expect([await plansOf(raw), await plansOf(raw)]).toEqual([1, 1]);
    await runtime.close();
  });

  it("[EN-138] [7.1] changes what it claims each time, and its events say so", async () => {
    const runtime = createRuntime({ tools: [echo] });
    const proposal = parseProposal({
      id: "p",
      actions: [{ id: "a", type: "tool_call", tool: "echo", expected_effects: { k: { n: 1 }, l: null } }],
    });
    const results = [await runtime.execute(proposal), await runtime.execute(proposal)];
    expect(results.map(({ results: [action] }) => action!.state_changes)).toEqual([
      { k: { n: 1 }, l: null },
      { k: { n: 1 }, l: null },
    ]);
    const events = await collectEvents(runtime.eventLog);
    const changes = events.filter(({ kind }) => kind === "state_changed").map(({ data }) => data as StateChangedData);
    const changed = {
      changes: [
        { key: "k", value: { n: 1 }, origin: "model" },
        { key: "l", value: null, origin: "model" },
      ],
    };
    expect(changes).toEqual([changed, changed]);
    const received = events
      .filter(({ kind }) => kind === "proposal_received")
      .map(({ data }) => data as ProposalReceivedData);
    expect(received.map(({ proposal_hash }) => proposal_hash)).toEqual(
      results.map(({ proposal_hash }) => proposal_hash),
    );
    expect(received[0]).toMatchObject({ proposal, principal: "default", config_version: 1, policy_version: null });
    await runtime.close();
  });
});
