import { collectEvents } from "@car/conformance/internal";
import { type JsonValue, type ProposalInput, ToolError } from "@car/ir";
import type { ToolContext } from "@car/ir/ports";
import { denyFlow, maxCalls, mustPrecede, type PolicyRule, rulePolicy } from "@car/policy";
import { describe, expect, it } from "vitest";
import type { RuntimeOptions } from "../runtime-options.js";
import { call, testRuntime, tool } from "../testing/fixtures.js";
import { replayDecisions } from "./replay-decisions.js";
import { replayRuns } from "./replay-runs.js";

const HOST_UNDO = {
  reversibility: "compensable",
  compensation: { tool: "undo", parameters: { id: "$output.id" } },
} as const;

/** A runtime whose tool `sub` executes what it is given as `plan`, and fails afterwards if it is told to. */
function setUp({ rules = [], ...options }: RuntimeOptions & { rules?: readonly PolicyRule[] } = {}) {
  const sub = async ({ plan, fails }: { [name: string]: JsonValue }, context: ToolContext): Promise<JsonValue> => {
    const { status } = await context.execute(plan as unknown as ProposalInput);
    if (fails === true) throw new ToolError("no", { class: "invalid" });
    return { status };
  };
  const made = testRuntime({
    policy: rulePolicy(rules),
    random: () => 0.5,
    tools: [
      tool("sub", (given, context) => sub(given, context), { reversibility: "reversible" }),
      tool("look", () => 1, { reversibility: "reversible", source_label: "web" }),
      tool("book", () => ({ id: 1 }), HOST_UNDO),
      tool("burn", () => "burnt"),
      tool("mail", () => "sent", { reversibility: "reversible" }),
      tool("undo", () => "undone", { reversibility: "reversible" }),
      tool("hang", () => new Promise(() => undefined), { reversibility: "reversible" }),
      tool(
        "recall",
        (_given, { state }) => {
          state.set("seen", state.get("seen") ?? 0);
          return "recalled";
        },
        { reversibility: "reversible", effects: ["seen"] },
      ),
    ],
    ...options,
  });
  return { ...made, rules };
}

type Made = ReturnType<typeof setUp>;

const of = (plan: ProposalInput, more: object = {}): ProposalInput["actions"][number] =>
  call("s", "sub", { parameters: { plan: plan as never, ...more } });

async function expectSame({ runtime, clock, rules }: Made, ...plans: readonly ProposalInput[]): Promise<void> {
  const place = runtime.session({ request: "look, then book" });
  for (const plan of plans) {
    for (const executes of [runtime, place]) {
      const running = executes.execute(plan);
      await clock.advanceAsync(1_000_000);
      await running;
    }
  }
  const events = await collectEvents(runtime.eventLog);
  const report = await replayRuns(events);
  expect([report.divergences, report.skipped]).toEqual([[], []]);
  expect(report.events).toBe(events.filter(({ run_id, kind }) => run_id && kind !== "late_result_dropped").length);
  const anew = await replayRuns(events, { policy: rulePolicy(rules) });
  expect([anew.divergences, anew.skipped]).toEqual([[], []]);
  const { changed, undecided } = await replayDecisions(events, { policy: rulePolicy(rules) });
  expect([changed, undecided]).toEqual([[], []]);
}

describe("runs that calls have begun, executed again", () => {
  it("[RP-11] [4.7] end as they ended, and so does the run whose call began them", async () => {
    await expectSame(setUp(), { actions: [of({ actions: [call("a", "look"), call("b", "book")] })] });
    await expectSame(setUp(), { actions: [of({ actions: [of({ actions: [call("a", "book")] })] })] });
    await expectSame(setUp(), { actions: [of({ actions: [call("a", "nothing")] }), call("b", "look")] });
  });

  it("[RP-11] [5.2] are undone with the call that began them, and what is left of them is left", async () => {
    const booked = { actions: [call("a", "book"), call("b", "book", { dependencies: ["a"] })] };
    await expectSame(setUp(), { actions: [of(booked, { fails: true })] });
    await expectSame(setUp(), { actions: [of({ actions: [call("a", "burn")] }, { fails: true })] });
    await expectSame(setUp(), { actions: [of({ actions: [of(booked)] }, { fails: true })] });
  });

  it("[RP-11] [4.7] are canceled with the call that began them", async () => {
    const hanging = { actions: [call("a", "book"), call("h", "hang", { dependencies: ["a"] })] };
    await expectSame(setUp(), { actions: [{ ...of(hanging), timeout_ms: 50 }] });
    await expectSame(setUp({ limits: { drain_timeout_ms: 20 } }), { actions: [{ ...of(hanging), timeout_ms: 50 }] });
  });

  it("[RP-11] [5.7] draw on one budget with it", async () => {
    for (const max_tool_calls of [1, 2, 3, 4]) {
      const plan = { actions: [of({ actions: [call("a", "book"), call("b", "look")] }), call("c", "look")] };
      for (const scope of ["call", "session"] as const) {
        await expectSame(setUp({ budget: { max_tool_calls, scope } }), plan);
        await expectSame(setUp({ budget: { max_tool_calls, scope, on_exceeded: "rollback" } }), plan);
      }
    }
  });

  it("[RP-11] [RP-10] [6.4] carry the labels of what they were given, and of what they have read", async () => {
    const rules = [denyFlow({ from: "web", to: "mail" }), mustPrecede({ first: "look", then: "mail" })];
    const skips = { failure_behavior: "skip" } as const;
    const told = { actions: [call("m", "mail", { parameters: { text: "hello" }, ...skips })] };
    const keep = { id: "w", type: "state_write", parameters: { key: "seen", value: "$a.output" } } as const;
    await expectSame(
      setUp({ rules: [...rules, maxCalls({ tool: "look", max: 4 })] }),
      { actions: [of({ actions: [call("a", "look")] }), call("m", "mail", { dependencies: ["s"], ...skips })] },
      { actions: [call("a", "look"), keep] },
      { actions: [call("r", "recall"), call("m", "mail", { parameters: { text: "$r.output" }, ...skips })] },
      { actions: [call("a", "look", skips), { ...of(told), dependencies: ["a"] }] },
      { actions: [call("r", "recall", { parameters: { n: 1 } }), of(told)] },
    );
  });
});
