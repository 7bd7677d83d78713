import { describe, expect, it } from "vitest";
import { calling, runIn, startsOf, worldOf } from "./look-at-model.js";
import type { ModelOutcome } from "./outcome.js";
import { answers, hangs, throws } from "./scripted-call.js";
import type { ModelWorld, ScriptedCall } from "./world.js";

const host = (parameters: Record<string, string>) => ({
  reversibility: "compensable" as const,
  compensation: { tool: "undo", parameters },
});
const TOOLS = {
  pay: {},
  byOutput: { ...host({ of: "$output.id" }), returns: { type: "object" } },
  byParameters: { ...host({ of: "$parameters.n" }), returns: { type: "object" } },
  bad: { reversibility: "reversible" as const },
};
const BAD = calling("bad", "bad");
const own = (parameters: object, more: object = {}) => ({
  compensation: { type: "tool", tool: "undo", parameters },
  ...more,
});
const MODELS = calling("a", "pay", own({ of: "all" }));

/** Runs one call together with one that fails at 50 ms. */
const abortAfter = (
  action: ReturnType<typeof calling>,
  call: ScriptedCall,
  more: Parameters<typeof worldOf>[2] = {},
): ModelOutcome =>
  runIn(worldOf(TOOLS, { a: call, bad: throws("denied", 50) }, { schedule: "eager", ...more }), action, BAD);
const undone = ({ calls }: ModelOutcome): readonly unknown[] =>
  calls.filter(({ tool }) => tool === "undo").map(({ parameters }) => parameters["of"]);
const compensated = ({ actions, external_effects }: ModelOutcome): readonly unknown[] => [
  actions[0]?.compensated,
  external_effects,
];

describe("model: what is compensated", () => {
  it("[CFM-19] a call that may have acted, where that needs no output", () => {
    const failing = throws("terminal", 10);
    const skip = { failure_behavior: "skip", parameters: { n: 7 } };
    const done = abortAfter(calling("a", "byParameters", skip), failing);
    expect([undone(done), ...compensated(done)]).toEqual([[7], true, "none"]);
    const left = abortAfter(calling("a", "byOutput", skip), failing);
    expect([undone(left), ...compensated(left)]).toEqual([[], undefined, "unknown"]);
    const acted = abortAfter(calling("a", "byOutput", skip), answers("no object", 10));
    expect([undone(acted), ...compensated(acted)]).toEqual([[], undefined, "remain"]);
  });

  it("[CFM-19] one that has not answered by then may act afterwards", () => {
    const skip = calling("a", "byParameters", { failure_behavior: "skip", timeout_ms: 20, parameters: { n: 7 } });
    const ends = (call: ScriptedCall): readonly unknown[] => compensated(abortAfter(skip, call));
    expect(ends(answers(1, 60))).toEqual([true, "unknown"]);
    expect(ends(hangs())).toEqual([true, "unknown"]);
    expect(ends(answers(1, 40))).toEqual([true, "none"]);
    expect(ends(hangs({ heedsAbort: true }))).toEqual([true, "none"]);
  });

  it("[CFM-19] not one that did nothing", () => {
    const none = abortAfter(calling("a", "byParameters", { failure_behavior: "skip" }), throws("denied", 10));
    expect([undone(none), ...compensated(none)]).toEqual([[], undefined, "none"]);
  });

  it("[CFM-19] by an action that runs only for that, as far as its parameters lead somewhere", () => {
    const target = (parameters: object) => calling("u", "undo", { parameters });
    const a = calling("a", "pay", { compensation: { type: "action_ref", action_id: "u" }, failure_behavior: "skip" });
    const run = (call: ScriptedCall, parameters: object): ModelOutcome =>
      runIn(worldOf(TOOLS, { a: call, bad: throws("denied", 50) }, { schedule: "eager" }), a, BAD, target(parameters));
    expect(undone(run(answers({ id: 3 }, 10), { of: "$a.output.id" }))).toEqual([3]);
    expect(undone(run(throws("terminal", 10), { of: "$a.output.id" }))).toEqual([]);
    expect(undone(run(throws("terminal", 10), { of: "always" }))).toEqual(["always"]);
  });

  it("[CFM-19] in reverse order of ending, failed calls among the others", () => {
    const skip = { failure_behavior: "skip" };
    const calls = { a: throws("terminal", 30), b: answers({}, 20), bad: throws("denied", 50) };
    const outcome = runIn(
      worldOf(TOOLS, calls, { schedule: "eager" }),
      calling("a", "byParameters", { ...skip, parameters: { n: "a" } }),
      calling("b", "byParameters", { ...skip, parameters: { n: "b" } }),
      BAD,
    );
    expect(undone(outcome)).toEqual(["a", "b"]);
  });
});

describe("model: a compensation of the model's own", () => {
  const refusedBy = (more: Partial<ModelWorld>): readonly unknown[] => {
    const outcome = abortAfter(MODELS, answers(1, 10), more);
    return [outcome.status, undone(outcome).length, ...compensated(outcome)];
  };
  const memory = (revoked: number): Partial<ModelWorld> => ({
    memory: { ...worldOf({}, {}).memory, revocations: new Map([["undo", revoked]]) },
  });

  it("[CFM-19] passes the gates when it is due; one that refuses leaves what was done", () => {
    const rolledBack = ["rolled_back", 0, false, "remain"];
    expect(refusedBy({})).toEqual(["rolled_back", 1, true, "none"]);
    expect(refusedBy(memory(20))).toEqual(rolledBack);
    expect(refusedBy({ policy: [{ effect: "require_approval", tool: "undo" }] })).toEqual(rolledBack);
    expect(refusedBy({ policy: [{ effect: "require_approval", tool: "undo" }], approves: false })).toEqual(rolledBack);
    expect(refusedBy({ budget: { max_tool_calls: 2 } })).toEqual(rolledBack);
    expect(refusedBy({ budget: { max_actions: 2 } })).toEqual(rolledBack);
  });

  it("[CFM-19] is charged for each attempt", () => {
    const undoCalls = [throws("transient", 1), answers(1, 1)];
    const paid = abortAfter(MODELS, answers(1, 10), { undoCalls, budget: { max_tool_calls: 4, max_actions: 3 } });
    expect(compensated(paid)).toEqual([true, "none"]);
    const short = abortAfter(MODELS, answers(1, 10), { undoCalls, budget: { max_tool_calls: 3 } });
    expect(compensated(short)).toEqual([false, "remain"]);
    // The cost is that of the actions.
    expect([paid.cost.tool_calls, short.cost.tool_calls]).toEqual([2, 2]);
  });

  it("[CFM-20] must be a call that could be made, or the proposal is refused", () => {
    const codes = (more: Partial<ModelWorld>): readonly string[] =>
      abortAfter(MODELS, answers(1, 10), more).problems.map(({ code }) => code);
    expect(codes({ policy: [{ effect: "deny", tool: "undo" }] })).toEqual(["policy_denied"]);
    expect(codes({ policy: [{ effect: "require_state", tool: "undo", key: "k", value: 1 }] })).toEqual([
      "policy_denied",
    ]);
    expect(codes({ capabilities: { denied_tools: ["undo"] } })).toEqual(["capability_denied"]);
    const unknown = calling("a", "pay", { compensation: { type: "tool", tool: "nobody", parameters: {} } });
    expect(abortAfter(unknown, answers(1, 10)).problems.map(({ code }) => code)).toEqual(["unknown_tool"]);
  });
});

describe("model: a compensation of the host's", () => {
  const HOSTS = calling("a", "byOutput");
  const DONE = answers({ id: 1 }, 10);

  it("[CFM-19] passes revocation and rate limit only, and is not charged", () => {
    const policy = [{ effect: "deny" as const, tool: "undo" }];
    const outcome = abortAfter(HOSTS, DONE, { policy, budget: { max_tool_calls: 2, max_actions: 2 } });
    expect([outcome.cost.tool_calls, ...compensated(outcome)]).toEqual([2, true, "none"]);
    const revocations = new Map([["undo", 20]]);
    const revoked = abortAfter(HOSTS, DONE, { memory: { ...worldOf({}, {}).memory, revocations } });
    expect([undone(revoked), ...compensated(revoked)]).toEqual([[], false, "remain"]);
  });

  it("[CFM-19] waits for the rate limit, within bounds", () => {
    const undo = { rate_limit: { max_calls: 1, interval_secs: 0.1 } };
    const run = (limits: ModelWorld["limits"]): ModelOutcome =>
      runIn(
        worldOf({ ...TOOLS, undo }, { a: DONE, b: DONE, bad: throws("denied", 50) }, { limits, schedule: "eager" }),
        HOSTS,
        calling("b", "byOutput"),
        BAD,
      );
    expect(startsOf(run({})).slice(3)).toEqual(["50 undo", "150 undo"]);
    const short = run({ rate_limit_timeout_ms: 40 });
    expect([startsOf(short).slice(3), short.wall_ms, short.external_effects]).toEqual([["50 undo"], 91, "remain"]);
  });

  it("[CFM-19] must fit the schema of its tool", () => {
    const undo = { parameters: { type: "object", properties: { of: { type: "string" } } } };
    const world = worldOf({ ...TOOLS, undo }, { a: DONE, bad: throws("denied", 50) }, { schedule: "eager" });
    const outcome = runIn(world, HOSTS, BAD);
    expect([undone(outcome), ...compensated(outcome)]).toEqual([[], false, "remain"]);
  });

  it("[CFM-19] is tried again after a transient failure that did nothing, or by the host's word, four times at most", () => {
    const tries = (undoCalls: readonly ScriptedCall[], undo: object = {}): number =>
      undone(
        runIn(
          worldOf({ ...TOOLS, undo }, { a: DONE, bad: throws("denied", 50) }, { undoCalls, schedule: "eager" }),
          HOSTS,
          BAD,
        ),
      ).length;
    expect(tries([throws("transient", 1)])).toBe(4);
    expect(tries([throws(undefined, 1)])).toBe(1);
    expect(tries([throws(undefined, 1)], { failures: "definite" })).toBe(4);
    expect(tries([throws(undefined, 1)], { idempotent: true })).toBe(4);
    expect(tries([throws(undefined, 1)], { reversibility: "reversible" })).toBe(4);
    expect(tries([throws("terminal", 1)], { idempotent: true })).toBe(1);
    expect(tries([hangs()], { idempotent: true })).toBe(1);
  });
});
