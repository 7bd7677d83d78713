import type { ProposalInput, ProposalResult, ToolSchemaInput } from "@car/ir";
import { ToolError } from "@car/ir";
import { denyTool, rulePolicy, requireApproval } from "@car/policy";
import { describe, expect, it } from "vitest";
import type { RuntimeOptions } from "../runtime-options.js";
import { call, testRuntime, tool } from "../testing/fixtures.js";

type Actions = ProposalInput["actions"];

const FREE = { reversibility: "reversible" } as const;
const FAILS = { id: "x", type: "assertion", parameters: { key: "nothing", operator: "exists" } } as const;
const BY_MODEL = { type: "tool", tool: "sms", parameters: {} } as const;

/** Runs actions, and then one that fails and undoes them. */
async function undone(actions: Actions, options: RuntimeOptions = {}, sms: Partial<ToolSchemaInput> = {}) {
  const calls: string[] = [];
  const act = (name: string) => () => (calls.push(name), name);
  const made = testRuntime({
    tools: [
      tool("make", act("make"), FREE),
      tool("book", act("book"), { reversibility: "compensable", compensation: { tool: "sms", parameters: {} } }),
      tool("sms", act("sms"), sms),
      ...(options.tools ?? []),
    ],
    ...Object.fromEntries(Object.entries(options).filter(([name]) => name !== "tools")),
  });
  const dependencies = actions.map(({ id }) => id);
  const running = made.runtime.execute({ actions: [...actions, { ...FAILS, dependencies }] });
  await made.clock.advanceAsync(60_000);
  return { ...made, calls, result: await running };
}

function many(count: number, name: string, more: object = {}): Actions {
  return Array.from({ length: count }, (_, index) => call(`a${index}`, name, more));
}

const sent = (calls: readonly string[]): number => calls.filter((each) => each === "sms").length;

describe("a compensation that the model wrote", () => {
  it.each<[string, RuntimeOptions, Partial<ToolSchemaInput>, number]>([
    ["the budget of calls", { budget: { max_tool_calls: 12 } }, {}, 2],
    ["the budget of actions", { budget: { max_actions: 13 } }, {}, 2],
    [
      "the rate limit",
      { limits: { rate_limit_timeout_ms: 200 } },
      { rate_limit: { max_calls: 1, interval_secs: 3_600 } },
      1,
    ],
    ["an approval that nobody gives", { policy: rulePolicy([requireApproval("sms")]) }, {}, 0],
  ])("[EN-124] [5.2] [5.7] is made only as far as there is room: %s", async (_what, options, sms, most) => {
    const { calls, result, clock, kinds } = await undone(many(10, "make", { compensation: BY_MODEL }), options, sms);
    expect([result.status, sent(calls)]).toEqual(["rolled_back", most]);
    expect(result.external_effects).toBe("remain");
    expect(kinds.filter((kind) => kind.startsWith("compensation_failed"))).toHaveLength(10 - most);
    expect(clock.pending()).toBe(0);
  });

  it("[EN-124] [5.2] [5.9] is not made when the policy gives no answer in time", async () => {
    const check = ({ tool: schema, mode }: { readonly tool?: { name: string } | undefined; readonly mode: string }) =>
      schema?.name === "sms" && mode !== "verify" ? new Promise(() => undefined) : { effect: "allow", reasons: [] };
    const policy = { version: "1", supports: { rateLimits: false }, check } as unknown as RuntimeOptions["policy"];
    const options = { ...(policy && { policy }), limits: { policy_timeout_ms: 100 } };
    const { calls, result } = await undone(many(1, "make", { compensation: BY_MODEL }), options);
    expect([sent(calls), result.results[0]?.compensated]).toEqual([0, false]);
  });
});

describe("a compensation of the host's", () => {
  it("[EN-124] [5.2] is made whatever the policy, the capability set and the budget say, and is not charged", async () => {
    const { calls, result } = await undone(many(2, "book"), {
      policy: rulePolicy([denyTool("sms")]),
      capabilities: { allowed_tools: ["book"] },
      budget: { max_tool_calls: 2 },
    });
    expect([sent(calls), result.external_effects]).toEqual([2, "none"]);
  });

  it("[EN-124] [2.2] is not made any more when its tool is revoked, not even again", async () => {
    let attempts = 0;
    const flaky = tool("flaky", () => {
      attempts++;
      made.runtime.revoke("flaky");
      throw new ToolError("busy", { class: "transient" });
    });
    const hold = tool("hold", () => 1, {
      reversibility: "compensable",
      compensation: { tool: "flaky", parameters: {} },
    });
    const made = testRuntime({ tools: [flaky, hold] });
    const running = made.runtime.execute({ actions: [call("h", "hold"), { ...FAILS, dependencies: ["h"] }] });
    await made.clock.advanceAsync(60_000);
    expect([attempts, (await running).external_effects]).toEqual([1, "remain"]);
  });

  it.each<[string, Error, Partial<ToolSchemaInput>, number]>([
    ["definite", new ToolError("busy", { class: "transient" }), {}, 4],
    ["not known", new Error("connection reset"), {}, 1],
    ["not known, and the tool is idempotent", new Error("connection reset"), { idempotent: true }, 4],
    ["not known, and the tool leaves nothing", new Error("connection reset"), FREE, 4],
    ["definite, and trying again is useless", new ToolError("no", { class: "invalid" }), {}, 1],
  ])("[EN-124] [4.5] is tried again up to 3 times when its failure is %s", async (_what, error, host, attempts) => {
    let made = 0;
    const free = tool(
      "free",
      () => {
        made++;
        throw error;
      },
      host,
    );
    const hold = tool("hold", () => 1, {
      reversibility: "compensable",
      compensation: { tool: "free", parameters: {} },
    });
    const { result } = await undone(many(1, "hold"), { tools: [free, hold] });
    expect([made, result.results[0]?.compensated]).toEqual([attempts, false]);
  });
});

const throwing = (error: unknown) => () => {
  throw error;
};

/** How a call failed, and what its run says about it. */
function told({ results, external_effects }: ProposalResult) {
  const { reason } = results[0]!;
  return [reason?.code, reason?.outcome, external_effects];
}

describe("what a failed call has left", () => {
  it.each<[string, () => unknown, object, readonly unknown[]]>([
    ["a plain exception", throwing(new Error("reset")), {}, ["failed", "unknown", "unknown"]],
    ["a status that refuses", throwing({ status: 400 }), {}, ["failed", "unknown", "unknown"]],
    ["a terminal error", throwing(new ToolError("x", { class: "terminal" })), {}, ["failed", "unknown", "unknown"]],
    ["an error that is reported", () => ({ error: "x" }), {}, ["failed", "unknown", "unknown"]],
    ["a time that is up", () => new Promise(() => undefined), {}, ["timeout", "unknown", "unknown"]],
    [
      "a refusal of the tool's own",
      throwing(new ToolError("x", { class: "invalid" })),
      {},
      ["failed", undefined, "none"],
    ],
    ["a transient one", throwing(new ToolError("x", { class: "transient" })), {}, ["failed", undefined, "none"]],
    [
      "a tool whose failures are definite",
      throwing(new Error("x")),
      { failures: "definite" },
      ["failed", undefined, "none"],
    ],
    ["a tool that leaves nothing", throwing(new Error("x")), FREE, ["failed", undefined, "none"]],
    ["an output that is refused", () => 10n, {}, ["invalid_output", "acted", "remain"]],
    ["an output that does not fit", () => 1, { returns: { type: "string" } }, ["invalid_output", "acted", "remain"]],
  ])("[EN-125] [4.4] [5.2] is told: %s", async (_what, execute, host, expected) => {
    const { runtime, clock } = testRuntime({ tools: [tool("t", execute, host)], limits: { default_timeout_ms: 50 } });
    const running = runtime.execute({ actions: [call("a", "t")] });
    await clock.advanceAsync(100);
    expect(told(await running)).toEqual(expected);
  });

  it.each<[string, object, number]>([
    ["is not tried again", {}, 1],
    ["is tried again when the host says that it is idempotent", { idempotent: true }, 3],
    ["is not tried again because the model says that it is", { model: true }, 1],
  ])("[EN-125] [4.5] of which nobody knows %s", async (_what, { model, ...host }: { model?: boolean }, attempts) => {
    let made = 0;
    const { runtime, clock, kinds } = testRuntime({
      tools: [tool("t", () => (made++, Promise.reject(new Error("reset"))), host)],
    });
    const more = { failure_behavior: "retry", max_retries: 2, ...(model ? { idempotent: true } : {}) };
    const running = runtime.execute({ actions: [call("a", "t", more)] });
    await clock.advanceAsync(10_000);
    expect(made).toBe(attempts);
    expect(told(await running)).toEqual([attempts === 1 ? "in_doubt" : "failed", "unknown", "unknown"]);
    expect(kinds.includes("action_in_doubt a")).toBe(attempts === 1);
  });

  it.each<[string, object, boolean | undefined, string]>([
    ["without the output", { n: "$parameters.n" }, true, "none"],
    ["only with the output", { id: "$output.id" }, undefined, "unknown"],
  ])("[EN-125] [5.2] is compensated where that can be done %s", async (_what, parameters, compensated, left) => {
    const undo: string[] = [];
    const book = tool("book", throwing(new Error("reset")), {
      reversibility: "compensable",
      compensation: { tool: "cancel", parameters: parameters as never },
    });
    const cancel = tool("cancel", (given) => void undo.push(JSON.stringify(given)), FREE);
    const { runtime } = testRuntime({ tools: [book, cancel] });
    const result = await runtime.execute({ actions: [call("a", "book", { parameters: { n: 7 } })] });
    expect([result.results[0]?.compensated, result.external_effects]).toEqual([compensated, left]);
    expect(undo).toEqual(compensated === true ? ['{"n":7}'] : []);
  });

  it("[EN-125] [5.2] calls that may have acted are undone among the others, the last that ended first", async () => {
    const { runtime, kinds } = testRuntime({
      tools: [
        tool("book", () => 1, { reversibility: "compensable", compensation: { tool: "free", parameters: {} } }),
        tool("lose", throwing(new Error("reset")), {
          reversibility: "compensable",
          compensation: { tool: "free", parameters: {} },
        }),
        tool("free", () => 1, FREE),
      ],
    });
    const result = await runtime.execute({
      actions: [
        call("one", "book"),
        call("two", "lose", { failure_behavior: "skip", dependencies: ["one"] }),
        { ...call("three", "book"), dependencies: ["one"], state_dependencies: [] },
        { ...FAILS, dependencies: ["three"] },
      ],
    });
    expect(result.external_effects).toBe("none");
    const order = kinds.filter((kind) => kind.startsWith("compensation_started")).map((kind) => kind.split(" ")[1]);
    expect(order).toEqual(["three", "two", "one"]);
  });
});
