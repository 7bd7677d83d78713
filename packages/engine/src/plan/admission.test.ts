import { collectEvents } from "@car/conformance/internal";
import { DEFAULT_LIMITS, parseProposal, parseToolSchema, type ProposalInput, type ProposalResult } from "@car/ir";
import { capabilityGuard } from "@car/ir/internal";
import { denyKeyword, denyTool, denyToolParam, rulePolicy } from "@car/policy";
import type { VerifyReport } from "@car/validator";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import type { RegisteredTool } from "../config/registered-tool.js";
import { createRuntime } from "../create-runtime.js";
import { call, statuses, testRuntime, tool } from "../testing/fixtures.js";
import { OutsideWorld } from "../testing/outside-world.js";
import { reopened } from "../testing/reopened.js";
import { buildPlan } from "./plan.js";
import { CHECKED } from "./plan-flags.js";

const REVERSIBLE = { reversibility: "reversible" } as const;
const MAIL = { type: "object", required: ["to"], properties: { to: { type: "string" }, n: { type: "integer" } } };

function strictRuntime() {
  const calls: string[] = [];
  const told = (_: unknown, { actionId }: { readonly actionId: string }): object => ({ id: calls.push(actionId) });
  return {
    calls,
    ...testRuntime({
      tools: [
        tool("t", told, REVERSIBLE),
        tool("mail", told, { ...REVERSIBLE, parameters: MAIL }),
        tool("secret", told, REVERSIBLE),
        tool("rm", told, REVERSIBLE),
      ],
      capabilities: { denied_tools: ["secret"], allowed_state_keys: ["open*"] },
      policy: rulePolicy([
        denyTool("rm"),
        denyToolParam({ tool: "mail", param: "to", equals: "eve" }),
        denyKeyword({ id: "words", keywords: ["drop table"] }),
      ]),
    }),
  };
}

const anyAction = fc.record({
  tool: fc.constantFrom("t", "t", "mail", "mail", "secret", "rm", "nobody"),
  parameters: fc.constantFrom(
    { to: "ann" },
    { to: "ann" },
    {},
    { to: 1 },
    { to: "eve", n: "$first.output.id" },
    { to: "$first.output.id" },
    { n: "$first.output.id" },
    { to: "drop table x" },
  ),
  failure_behavior: fc.constantFrom("abort", "retry", "skip"),
  read_set: fc.constantFrom([], [], ["open/1"], ["closed"]),
});

type Drafted = typeof anyAction extends fc.Arbitrary<infer A> ? A : never;

function proposalOf(drafts: readonly Drafted[]): ProposalInput {
  const later = drafts.map(({ tool: name, ...fields }, index) => call(`a${index}`, name, fields));
  return { actions: [call("first", "t"), ...later] };
}

/** Errors that hold whatever the state and the outputs are, of actions that may abort. */
function certain({ issues }: VerifyReport, { actions }: ProposalInput): readonly string[] {
  const mayAbort = new Set(actions.flatMap(({ id, failure_behavior }) => (failure_behavior === "skip" ? [] : [id])));
  return issues
    .filter(
      ({ severity, tier, action_id }) =>
        severity === "error" && tier === "decision_procedure" && mayAbort.has(action_id!),
    )
    .map(({ action_id, code }) => `${action_id} ${code}`);
}

function refused({ reasons }: ProposalResult): readonly string[] {
  return reasons.map(({ action_id, code }) => `${action_id} ${code}`);
}

describe("what is certain against a proposal", () => {
  it("[EN-18] [2.1] [9] refuses it before anything runs, and verify says so for the same reasons", async () => {
    const law = fc.asyncProperty(fc.array(anyAction, { minLength: 1, maxLength: 4 }), async (drafts) => {
      const { runtime, calls } = strictRuntime();
      const proposal = proposalOf(drafts);
      const report = await runtime.verify(proposal);
      const result = await runtime.execute(proposal);
      expect(new Set(certain(report, proposal)).size > 0).toBe(result.status === "rejected");
      if (result.status !== "rejected") return;
      expect(report.valid).toBe(false);
      expect(certain(report, proposal)).toEqual(expect.arrayContaining([...refused(result)]));
      expect(calls).toEqual([]);
    });
    await fc.assert(law, { numRuns: 100 });
  });

  it("[EN-18] [6.3] names each action and rule, in one reason each", async () => {
    const { runtime } = strictRuntime();
    const wrong = [call("a", "nobody"), call("b", "mail", { parameters: { to: 1, n: "x" } }), call("c", "secret")];
    const result = await runtime.execute({ actions: wrong });
    expect(refused(result)).toEqual(["a unknown_tool", "b invalid", "c capability_denied"]);
    expect(result.reasons[1]?.problems?.map(({ path }) => path).sort()).toEqual(["parameters/n", "parameters/to"]);
    const denied = await runtime.execute({
      actions: [call("a", "t"), call("b", "rm", { parameters: { x: "DROP TABLE" } })],
    });
    expect(denied.reasons.map(({ action_id, policies }) => [action_id, policies])).toEqual([
      ["b", ["deny_tool:rm"]],
      ["b", ["words"]],
    ]);
  });

  it("[EN-18] [3.5] leaves an action that may not abort to its turn", async () => {
    const { runtime, calls } = strictRuntime();
    const skip = { failure_behavior: "skip" };
    const wrong = [call("a", "nobody", skip), call("b", "mail", skip), call("c", "rm", skip), call("d", "t")];
    const result = await runtime.execute({ actions: wrong });
    expect(statuses(result)).toEqual({
      a: "rejected:unknown_tool",
      b: "rejected:invalid",
      c: "rejected:policy_denied",
      d: "succeeded",
    });
    expect([result.status, calls]).toEqual(["committed", ["d"]]);
  });

  it("[EN-18] [8.1] does not stop a run that an earlier process had admitted: it is undone at the action's turn", async () => {
    const durable = await reopened([]);
    const world = new OutsideWorld();
    const book = world.tools.filter(({ schema }) => schema.name !== "note");
    const actions = [call("b", "book"), call("n", "note", { dependencies: ["b"] })];
    await createRuntime({ durable, tools: world.tools }).execute({ actions });
    const events = await collectEvents(durable.eventLog);
    const end = events.findIndex(({ kind, action_id }) => kind === "action_succeeded" && action_id === "b");
    const next = createRuntime({ durable: await reopened(events.slice(0, end + 1)), tools: book });
    const { runs } = await next.recover();
    expect(statuses(runs[0]!.result)).toMatchObject({ n: "rejected:unknown_tool" });
    expect(runs[0]!.result).toMatchObject({ status: "rolled_back", results: [{ compensated: true }, {}] });
  });

  it("[EN-18] marks what need not be looked at again, and no more", () => {
    const fits = { check: (value: unknown) => ((value as { n?: unknown }).n === 1 ? [] : [MISFIT]) };
    const t = { schema: parseToolSchema({ name: "t" }), parameters: fits, effectKeys: [] } as unknown as RegisteredTool;
    const config = {
      tools: new Map([["t", t]]),
      effectsOf: () => [],
      limits: DEFAULT_LIMITS,
      capabilities: capabilityGuard({ allowed_state_keys: ["k"] }),
      schedule: "safe",
    } as unknown as ConfigSnapshot;
    const actions = [
      call("fits", "t", { parameters: { n: 1 } }),
      call("refers", "t", { parameters: { n: "$fits.output" } }),
      call("misfit", "t", { parameters: { n: 2 }, failure_behavior: "skip" }),
      call("outside", "t", { parameters: { n: 1 }, read_set: ["k", "other"], failure_behavior: "skip" }),
      call("unknown", "nobody", { failure_behavior: "skip" }),
    ];
    const built = buildPlan(parseProposal({ actions }), config);
    if ("problems" in built) throw new Error("no plan");
    expect(built.refusals).toEqual([]);
    expect(built.flags.map((flags) => (flags & CHECKED) !== 0)).toEqual([true, false, false, false, false]);
  });
});

const MISFIT = { path: "/n", keyword: "const", message: "must be 1" };
