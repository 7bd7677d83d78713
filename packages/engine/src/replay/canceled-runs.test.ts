import { collectEvents } from "@car/conformance/internal";
import { type LiveEvent, type ProposalInput, type ProposalResult, ToolError } from "@car/ir";
import { ALLOW, type PolicyEngine } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import type { RuntimeOptions } from "../runtime-options.js";
import { call, testRuntime, tool } from "../testing/fixtures.js";
import { replayRuns } from "./replay-runs.js";

type Actions = ProposalInput["actions"];

const COMPENSABLE = { reversibility: "compensable", compensation: { tool: "undo", parameters: {} } } as const;
const FREE = { reversibility: "reversible" } as const;
const write = (id: string, more: object = {}): Actions[number] => ({
  id,
  type: "state_write",
  parameters: { key: id, value: 1 },
  ...more,
});

const SHAPES: Readonly<Record<string, Actions>> = {
  "calls that answer at once": [call("a", "now"), write("w"), write("v", { dependencies: ["w"] })],
  "a call that takes its time": [call("a", "later"), call("b", "now", { dependencies: ["a"] }), write("w")],
  "calls that fail": [call("a", "fails", { failure_behavior: "retry", max_retries: 2 }), call("b", "later")],
  "a call that is approved": [call("a", "asked"), call("b", "now", { dependencies: ["a"] })],
  "a child run": [call("c", "child"), call("b", "now", { dependencies: ["c"] })],
  "a run that is undone": [call("a", "later"), call("e", "breaks", { dependencies: ["a"] })],
};

/** Executes `actions`, lets time pass, and executes the log again. */
async function twice(
  actions: Actions,
  wire: (stop: () => void) => Partial<RuntimeOptions>,
  tell?: (stop: () => void) => (event: LiveEvent) => void,
) {
  const controller = new AbortController();
  const stop = (): void => controller.abort(new Error("enough"));
  const policy: PolicyEngine = {
    version: "1",
    supports: { rateLimits: false },
    check: ({ tool: schema }) =>
      schema?.name === "asked" ? { effect: "require_approval", reasons: [{ policy_id: "p", message: "m" }] } : ALLOW,
  };
  const made = testRuntime({
    policy,
    approver: async () => true,
    tools: [
      tool("now", () => 1, COMPENSABLE),
      tool("asked", () => 1, COMPENSABLE),
      tool("later", async () => 1, COMPENSABLE),
      tool("undo", async () => 1, FREE),
      tool("fails", () => Promise.reject(new ToolError("busy", { class: "transient" })), FREE),
      tool("breaks", () => Promise.reject(new Error("broken")), FREE),
      tool(
        "child",
        (_, { execute }) => execute({ actions: [call("z", "later"), write("k")] }).then(({ status }) => status),
        FREE,
      ),
    ],
    ...wire(stop),
  });
  if (tell !== undefined) made.runtime.subscribe(tell(stop));
  const running = made.runtime.execute({ actions }, { signal: controller.signal });
  await made.clock.advanceAsync(60_000);
  const result: ProposalResult = await running;
  const events = await collectEvents(made.runtime.eventLog);
  return { result, report: await replayRuns(events), count: events.length };
}

function expectEqual({ report }: Awaited<ReturnType<typeof twice>>, at: string): void {
  expect([report.divergences.map(({ message }) => message), report.skipped], at).toEqual([[], []]);
}

describe("a run that is canceled by what the engine calls", () => {
  it.each(Object.entries(SHAPES))(
    "[RP-1] [5.8] [7.6] gives its events again: by a subscriber, at any event, %s",
    async (_what, actions) => {
      const { count } = await twice(actions, () => ({}));
      for (let at = 0; at < count; at++) {
        let heard = 0;
        const run = await twice(
          actions,
          () => ({}),
          (stop) => () => {
            if (heard++ === at) stop();
          },
        );
        expectEqual(run, `canceled at event ${at + 1}`);
      }
    },
  );

  const PLAN: Actions = [call("a", "now"), call("b", "marked"), write("w"), call("c", "now", { dependencies: ["b"] })];

  it.each<[string, (stop: () => void) => Partial<RuntimeOptions>]>([
    ["a tool that answers at once", (stop) => ({ executor: ({ actionId }) => (actionId === "b" && stop(), 1) })],
    ["a tool that answers later", (stop) => ({ executor: async ({ actionId }) => (actionId === "b" && stop(), 1) })],
    [
      "a tool that throws",
      (stop) => ({
        executor: ({ actionId }) => {
          if (actionId !== "b") return 1;
          stop();
          throw new ToolError("no", { class: "invalid" });
        },
      }),
    ],
    ["a policy", (stop) => ({ policy: policyOf((id) => (id === "b" && stop(), ALLOW)) })],
    ["a policy that answers later", (stop) => ({ policy: policyOf(async (id) => (id === "b" && stop(), ALLOW)) })],
    [
      "a policy that denies",
      (stop) => ({
        policy: policyOf((id) => {
          if (id !== "b") return ALLOW;
          stop();
          return { effect: "deny", reasons: [{ policy_id: "p", message: "m" }] };
        }),
      }),
    ],
    [
      "an approver",
      (stop) => ({
        policy: policyOf((id) =>
          id === "b" ? { effect: "require_approval", reasons: [{ policy_id: "p", message: "m" }] } : ALLOW,
        ),
        approver: () => (stop(), true),
      }),
    ],
  ])("[RP-1] [5.8] [7.6] gives its events again: by %s", async (_what, wire) => {
    const tools = [tool("now", () => 1, FREE), tool("marked", () => 1, FREE)];
    const run = await twice(PLAN, (stop) => ({ tools, executor: () => 1, ...wire(stop) }));
    expect(run.result.status).toBe("canceled");
    expectEqual(run, "canceled in a call");
  });
});

function policyOf(answer: (actionId: string) => ReturnType<PolicyEngine["check"]>): PolicyEngine {
  return {
    version: "1",
    supports: { rateLimits: false },
    check: ({ action, mode }) => (mode === "verify" ? ALLOW : answer(action.id)),
  };
}
