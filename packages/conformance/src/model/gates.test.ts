import type { ProposalInput, StateEntry, ToolSchemaInput } from "@car/ir";
import { describe, expect, it } from "vitest";
import { conditionHolds } from "./condition.js";
import type { ModelOutcome } from "./outcome.js";
import { resolveReferences } from "./reference-text.js";
import { runModel } from "./run-model.js";
import { answers, hangs, throws } from "./scripted-call.js";
import { EMPTY_MEMORY, type ModelWorld, openWorld, type ScriptedCall } from "./world.js";

type ActionInput = ProposalInput["actions"][number];

const call = (id: string, more: object = {}): ActionInput => ({ id, type: "tool_call", tool: "t", ...more });
const tool = (more: Partial<ToolSchemaInput> = {}): ToolSchemaInput => ({
  name: "t",
  reversibility: "reversible",
  ...more,
});
const host = (value: string): StateEntry => ({ value, origin: "host", version: 1 });

function world(calls: Record<string, readonly ScriptedCall[]>, more: Partial<ModelWorld> = {}): ModelWorld {
  return { ...openWorld([tool()], { calls }), ...more };
}

const run = (actions: readonly ActionInput[], at: ModelWorld): ModelOutcome => runModel({ actions: [...actions] }, at);
const codes = (outcome: ModelOutcome): readonly string[] =>
  outcome.actions.map(({ status, code }) => `${status} ${code ?? "-"}`);
const skip = { failure_behavior: "skip" };

describe("model: gates", () => {
  it("[CFM-6] each gate refuses with its own code, in the contract's order", () => {
    const actions = [
      call("a", { tool: "unknown", ...skip }),
      call("b", { parameters: { n: "x" }, preconditions: [{ key: "k", operator: "exists" }], ...skip }),
      call("c", { preconditions: [{ key: "k", operator: "exists" }], state_dependencies: ["k"], ...skip }),
      call("d", { state_dependencies: ["k"], ...skip }),
      call("e", { assumptions: [{ key: "h", read_version: 7 }], ...skip }),
      call("f", { expected_effects: { secret: 1 }, ...skip }),
      call("g", { tool: "denied", ...skip }),
    ];
    const parameters = { type: "object", properties: { n: { type: "integer" } } };
    const at = world(
      {},
      {
        tools: [tool({ parameters }), tool({ name: "denied" })],
        policy: [{ effect: "deny", tool: "denied" }],
        capabilities: { allowed_state_keys: ["k", "h"] },
        memory: { ...EMPTY_MEMORY, state: new Map([["h", host("v")]]) },
      },
    );
    expect(codes(run(actions, at))).toEqual([
      "rejected unknown_tool",
      "rejected invalid",
      "rejected precondition_failed",
      "rejected dependency_missing",
      "rejected assumption_stale",
      "rejected capability_denied",
      "rejected policy_denied",
    ]);
  });

  it("[CFM-6] a policy condition sees the trusted value, a precondition the newest", () => {
    const write = { id: "w", type: "state_write", parameters: { key: "k", value: "no" } } as ActionInput;
    const policy = [{ effect: "require_state", tool: "t", key: "k", value: "yes" }] as const;
    const memory = { ...EMPTY_MEMORY, state: new Map([["k", host("yes")]]) };
    const reader = call("r", { dependencies: ["w"], preconditions: [{ key: "k", value: "no" }] });
    expect(codes(run([write, reader], world({ r: [answers(1, 1)] }, { policy, memory })))).toEqual([
      "succeeded -",
      "succeeded -",
    ]);
  });

  it("[CFM-7] only `retry` repeats, and only what may pass by; the delay doubles", () => {
    const at = world(
      {
        a: [throws(undefined, 1), throws("transient", 1), answers(1, 1)],
        b: [throws("transient", 1)],
        c: [throws("terminal", 1)],
      },
      { schedule: "eager" },
    );
    const outcome = run([call("a", { failure_behavior: "retry" }), call("b", skip), call("c", skip)], at);
    expect(outcome.actions.map(({ attempts }) => attempts)).toEqual([3, 1, 1]);
    expect(outcome.calls.filter(({ action_id }) => action_id === "a").map(({ at: time }) => time)).toEqual([
      0, 51, 152,
    ]);
  });

  it("[CFM-7] a timeout is repeated only by the host's word, else it is in doubt", () => {
    const actions = [call("a", { failure_behavior: "retry", timeout_ms: 10 })];
    const calls = { a: [hangs(), answers(1, 1)] };
    expect(codes(run(actions, world(calls)))).toEqual(["succeeded -"]);
    expect(codes(run(actions, world(calls, { tools: [{ name: "t" }] })))).toEqual(["failed in_doubt"]);
    expect(codes(run(actions, world(calls, { tools: [{ name: "t", idempotent: true }] })))).toEqual(["succeeded -"]);
  });

  it("[CFM-8] a model's write leaves the trusted value; the tool's word wins over a claim", () => {
    const memory = { ...EMPTY_MEMORY, state: new Map([["k", host("trusted")]]) };
    const actions = [call("a", { expected_effects: { k: "claim", told: "claim" } })];
    const at = world(
      { a: [answers({ told: "truth" }, 1)] },
      { memory, tools: [tool({ effects: [{ key: "told", value: "$output.told" }] })] },
    );
    const { state } = run(actions, at).memory;
    expect(state.get("k")).toEqual({
      value: "claim",
      origin: "model",
      version: 2,
      trusted: { value: "trusted", origin: "host" },
    });
    expect(state.get("told")).toEqual({ value: "truth", origin: "tool", version: 2 });
  });

  it("[CFM-8] writes of a failed attempt are discarded", () => {
    const failing = throws("transient", 1, { writes: [{ key: "k", value: "left over" }] });
    const at = world({ a: [failing, answers(1, 1)] }, { tools: [tool({ effects: ["k"] })] });
    expect(run([call("a", { failure_behavior: "retry" })], at).memory.state.size).toBe(0);
  });
});

describe("model: sharing and budgets", () => {
  it("[CFM-10] a duplicate in flight waits, and takes the place of a first one that fails", () => {
    const same = { idempotent: true, parameters: { n: 1 }, ...skip };
    const calls = { a: [answers("once", 10)], b: [answers("twice", 5)] };
    const both = run([call("a", same), call("b", same)], world(calls));
    expect(both.actions.map(({ output, deduplicated, attempts }) => [output, deduplicated, attempts])).toEqual([
      ["once", false, 1],
      ["once", true, 0],
    ]);
    const failing = run([call("a", same), call("b", same)], world({ ...calls, a: [throws("terminal", 10)] }));
    expect(failing.actions.map(({ status, attempts }) => [status, attempts])).toEqual([
      ["skipped", 1],
      ["succeeded", 1],
    ]);
    expect(failing.calls.map(({ at }) => at)).toEqual([0, 10]);
  });

  it("[CFM-10] a receipt of a reversible call goes with its run, one of an irreversible call stays", () => {
    const actions = [call("a", { idempotent: true }), call("bad", { tool: "u", dependencies: ["a"] })];
    const calls = { a: [answers(1, 1)], bad: [throws("terminal", 1)] };
    const receiptsWith = (reversibility: "reversible" | "irreversible"): number =>
      run(actions, world(calls, { tools: [tool({ reversibility }), tool({ name: "u" })] })).memory.receipts.size;
    expect([receiptsWith("reversible"), receiptsWith("irreversible")]).toEqual([0, 1]);
  });

  it("[CFM-10] a cached result serves until its time is up", () => {
    const tools = [tool({ cache_ttl_secs: 1 })];
    const first = run([call("a")], world({ a: [answers("x", 10)] }, { tools }));
    const later = (now: number): ModelOutcome =>
      run([call("b")], world({ b: [answers("y", 10)] }, { tools, memory: { ...first.memory, now } }));
    expect([later(500), later(2_000)].map((outcome) => outcome.actions[0]?.cached)).toEqual([true, false]);
  });

  it("[CFM-11] what exceeds a budget is skipped, and rolls back when it may abort", () => {
    const chain = (more: object): readonly ActionInput[] => [call("a"), call("b", { dependencies: ["a"], ...more })];
    const at = world({ a: [answers(1, 10)] }, { budget: { max_tool_calls: 1 } });
    const strict = run(chain({}), at);
    expect([strict.status, ...codes(strict)]).toEqual(["rolled_back", "succeeded -", "skipped budget_exceeded"]);
    expect(run(chain(skip), at).status).toBe("committed");
    expect(run(chain({}), { ...at, budget: { max_tool_calls: 1, on_exceeded: "commit" } }).status).toBe("committed");
  });

  it("[CFM-11] what will not fit is decided before the first irreversible call", () => {
    const tools = [{ name: "t" }];
    const outcome = run([call("a"), call("b")], world({}, { tools, budget: { max_actions: 1 } }));
    expect([outcome.status, outcome.calls.length]).toEqual(["rolled_back", 0]);
  });

  it("[CFM-11] wall time stops new starts and signals what is in flight", () => {
    const at = world({ a: [answers(1, 100, { heedsAbort: true })] }, { budget: { max_duration_ms: 50 } });
    const outcome = run([call("a", skip), call("b", { ...skip, dependencies: ["a"] })], at);
    expect([outcome.status, outcome.wall_ms, ...codes(outcome)]).toEqual([
      "committed",
      50,
      "skipped failed",
      "skipped budget_exceeded",
    ]);
  });
});

describe("model: what is certain beforehand", () => {
  const parameters = { type: "object", properties: { n: { type: "integer" } } };
  const refusal = (action: ActionInput, more: Partial<ModelWorld> = {}): readonly unknown[] => {
    const tools = [tool({ parameters, effects: ["k"] })];
    const { status, problems } = run([action], world({ a: [answers(1, 1)] }, { tools, ...more }));
    return [status, ...problems.map(({ code }) => code)];
  };
  const wrong = { parameters: { n: "x" } };
  const denied = { policy: [{ effect: "deny", tool: "t" }] } as const;

  it("[CFM-20] refuses the proposal whole, where the refusal would undo the run", () => {
    expect(refusal(call("a"))).toEqual(["committed"]);
    expect(refusal(call("a", { tool: "nobody" }))).toEqual(["rejected", "unknown_tool"]);
    expect(refusal(call("a", wrong))).toEqual(["rejected", "invalid"]);
    expect(refusal(call("a"), { capabilities: { denied_tools: ["t"] } })).toEqual(["rejected", "capability_denied"]);
    expect(refusal(call("a"), { capabilities: { allowed_state_keys: [] } })).toEqual(["rejected", "capability_denied"]);
    expect(refusal(call("a", { failure_behavior: "retry" }), denied)).toEqual(["rejected", "policy_denied"]);
  });

  it("[CFM-20] a tolerant action is refused alone", () => {
    const capabilities = { denied_tools: ["t"] };
    for (const more of [{}, denied, { capabilities }]) {
      expect(refusal(call("a", { ...wrong, ...skip }), more)).toEqual(["committed"]);
    }
  });

  it("[CFM-20] what the state or a reference may still change is no certainty", () => {
    const policy = [{ effect: "require_state", tool: "t", key: "k", value: 1 }] as const;
    expect(refusal(call("a"), { policy })).toEqual(["rolled_back"]);
    const reader = call("b", { parameters: { n: "$a.output" } });
    const outcome = run([call("a"), reader], world({ a: [answers("x", 1)] }, { tools: [tool({ parameters })] }));
    expect([outcome.status, ...codes(outcome)]).toEqual(["rolled_back", "succeeded -", "rejected invalid"]);
    const half = call("b", { parameters: { n: "x", r: "$a.output" } });
    expect(run([call("a"), half], world({}, { tools: [tool({ parameters })] })).status).toBe("rejected");
  });
});

describe("model: sizes", () => {
  it("[CFM-22] references may make of a run's parameters so much and no more", () => {
    const text = "x".repeat(1_000);
    const reader = (id: string): ActionInput => call(id, { parameters: { r: "$a.output" }, ...skip });
    const calls = Object.fromEntries(["a", "b", "c", "d"].map((id, place) => [id, [answers(text, 1 + place)]]));
    const at = world(calls, { limits: { max_resolved_bytes: 2_500 } });
    const outcome = run([call("a", { parameters: { text } }), reader("b"), reader("c"), reader("d")], at);
    expect(codes(outcome)).toEqual(["succeeded -", "succeeded -", "succeeded -", "rejected invalid"]);
    expect([outcome.actions[3]?.limit, outcome.undecided]).toEqual(["max_resolved_bytes", false]);
  });
});

describe("model: values", () => {
  it("[CFM-13] references are replaced in one pass; what looks like one but is none stays", () => {
    const outputs = (id: string) => (id === "a" ? { text: "$b.output", list: [1, { deep: true }] } : undefined);
    const resolved = resolveReferences(
      {
        whole: "$a.output.list[1].deep",
        object: { $ref: "a.output.text" },
        inside: "x ${a.output.list} y",
        escaped: "$$a.output",
        other: { $ref: "#/defs/x" },
        home: "${HOME}",
      },
      outputs,
    );
    expect(resolved).toEqual({
      value: {
        whole: true,
        object: "$b.output",
        inside: 'x [1,{"deep":true}] y',
        escaped: "$a.output",
        other: { $ref: "#/defs/x" },
        home: "${HOME}",
      },
    });
    expect(resolveReferences(["$a.output.none"], outputs)).toEqual({ missing: "a.output.none" });
  });

  it("[CFM-13] the operators of conditions", () => {
    const holds = (
      operator: string,
      actual: Parameters<typeof conditionHolds>[1],
      expected: Parameters<typeof conditionHolds>[1],
    ) => conditionHolds({ operator, expected }, actual);
    expect(holds("eq", { a: 1, b: 2 }, { b: 2, a: 1 })).toBe(true);
    expect([holds("gt", 2, 1), holds("gt", "2", "1"), holds("lte", 1, 1)]).toEqual([true, false, true]);
    expect([holds("exists", null, null), holds("not_exists", undefined, null)]).toEqual([true, true]);
    expect([holds("contains", "abc", "b"), holds("contains", [{ a: 1 }], { a: 1 }), holds("contains", "1", 1)]).toEqual(
      [true, true, false],
    );
    expect(holds("resembles", 1, 1)).toBe(false);
  });
});
