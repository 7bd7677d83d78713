import { collectEvents } from "@car/conformance/internal";
import { type ProposalInput, ToolError } from "@car/ir";
import { denyTool, maxCalls, type PolicyRule, rateLimitTool, requireApproval, rulePolicy } from "@car/policy";
import { describe, expect, it } from "vitest";
import type { RuntimeOptions } from "../runtime-options.js";
import { call, testRuntime, tool } from "../testing/fixtures.js";
import { replayDecisions } from "./replay-decisions.js";
import { replayRuns } from "./replay-runs.js";

const UNDO = { compensation: { type: "tool", tool: "undo", parameters: { id: "$output.id" } } } as const;

/** Calls that are undone because the last one fails. */
function lost(...ids: readonly string[]): ProposalInput {
  const calls = ids.map((id) => call(id, "book", UNDO));
  return { actions: [...calls, call("fail", "fail", { dependencies: [...ids] })] };
}

function setUp({
  rules = [],
  undo = {},
  ...options
}: RuntimeOptions & { rules?: readonly PolicyRule[]; undo?: object } = {}) {
  let tries = 0;
  const made = testRuntime({
    policy: rulePolicy(rules),
    tools: [
      tool("book", () => ({ id: 1 })),
      tool("fail", () => {
        throw new ToolError("no", { class: "invalid" });
      }),
      tool(
        "undo",
        () => {
          if (++tries % 3 !== 0) throw new ToolError("busy", { class: "transient" });
          return "undone";
        },
        { reversibility: "reversible", ...undo },
      ),
    ],
    ...options,
  });
  return { ...made, rules };
}

async function expectSame({ runtime, clock, rules }: ReturnType<typeof setUp>, ...plans: readonly ProposalInput[]) {
  for (const plan of plans) {
    const running = runtime.execute(plan);
    await clock.advanceAsync(600_000);
    await running;
  }
  const events = await collectEvents(runtime.eventLog);
  const report = await replayRuns(events);
  expect([report.divergences, report.skipped, report.runs]).toEqual([[], [], plans.length]);
  const { changed, undecided } = await replayDecisions(events, { policy: rulePolicy(rules) });
  expect([changed, undecided]).toEqual([[], []]);
  const ends = events.filter(({ kind }) => kind.startsWith("compensation_"));
  return ends.map(({ kind, data }) => [kind.slice("compensation_".length), (data as { attempts?: number }).attempts]);
}

describe("a run that was undone, executed again", () => {
  it("[RP-12] [5.2] tries a compensation as often as it was tried", async () => {
    expect(await expectSame(setUp(), lost("a", "b"))).toEqual([
      ["started", undefined],
      ["succeeded", 3],
      ["started", undefined],
      ["succeeded", 3],
    ]);
    await expectSame(setUp({ rules: [maxCalls({ tool: "book", max: 9 })] }), lost("a"));
    await expectSame(setUp({ policy: undefined } as never), lost("a"));
  });

  it("[RP-12] [5.7] finds no budget for a compensation where there was none, at the first try and later", async () => {
    for (const max_tool_calls of [3, 4, 5, 6]) {
      for (const budget of [{ max_tool_calls }, { max_tool_calls, scope: "session" as const }]) {
        const ends = await expectSame(setUp({ budget }), lost("a", "b"));
        expect(ends.map(([kind]) => kind)).toContain("failed");
      }
    }
  });

  it("[RP-12] [5.6] waits for the tokens of a compensation as it waited", async () => {
    const undo = { rate_limit: { max_calls: 1, interval_secs: 2 } };
    for (const rules of [[], [maxCalls({ tool: "book", max: 9 })]]) {
      const ends = await expectSame(setUp({ undo, rules }), lost("a", "b"), lost("a"));
      expect(ends.filter(([kind]) => kind === "succeeded")).toHaveLength(3);
    }
    const late = { rate_limit: { max_calls: 1, interval_secs: 600 } };
    expect(await expectSame(setUp({ undo: late }), lost("a"))).toContainEqual(["failed", 1]);
  });

  it("[RP-12] [6.5] is refused a compensation as it was refused, and asked for its approval", async () => {
    const denied = { ...denyTool("undo"), id: "later" };
    for (const rules of [[denied], [rateLimitTool({ tool: "undo", maxCalls: 1, intervalMs: 60_000 })]]) {
      await expectSame(setUp({ rules }), lost("a", "b"));
    }
    const rules = [requireApproval({ tool: "undo" })];
    const approver: RuntimeOptions["approver"] = ({ action_id }) => Promise.resolve(action_id === "a");
    const ends = await expectSame(setUp({ rules, approver }), lost("a", "b"));
    expect(ends).toContainEqual(["failed", 0]);
    expect(ends).toContainEqual(["succeeded", 3]);
    await expectSame(setUp({ rules }), lost("a"));
  });

  it("[RP-12] [5.2] undoes a host's own compensation, and one that is an action of the proposal", async () => {
    const rate_limit = { max_calls: 1, interval_secs: 2 };
    const own = setUp({ undo: { rate_limit } });
    own.runtime.registerTool(
      tool("rent", () => ({ id: 2 }), {
        reversibility: "compensable",
        compensation: { tool: "undo", parameters: { id: "$output.id" } },
      }),
    );
    const rent = {
      actions: [call("a", "rent"), call("b", "rent"), call("fail", "fail", { dependencies: ["a", "b"] })],
    };
    await expectSame(own, rent);
    const ref = (id: string) => ({ compensation: { type: "action_ref", action_id: id } });
    const plan = {
      actions: [
        call("a", "book", ref("ua")),
        call("b", "book", ref("ub")),
        call("ua", "undo"),
        call("ub", "undo"),
        call("fail", "fail", { dependencies: ["a", "b"] }),
      ],
    };
    await expectSame(setUp({ undo: { rate_limit } }), plan);
    const revoked = setUp();
    revoked.runtime.revoke("undo");
    await expectSame(revoked, lost("a"));
  });
});
