import type { ProposalInput, ToolSchemaInput } from "@car/ir";
import { describe, expect, it } from "vitest";
import type { ModelOutcome } from "./outcome.js";
import { runModel } from "./run-model.js";
import { answers, throws } from "./scripted-call.js";
import { type ModelWorld, openWorld, type ScriptedCall } from "./world.js";

type ActionInput = ProposalInput["actions"][number];

const TOOLS: readonly ToolSchemaInput[] = [
  { name: "read", reversibility: "reversible" },
  { name: "wire" },
  { name: "book", reversibility: "compensable", compensation: { tool: "cancel", parameters: { of: "$output.id" } } },
  { name: "cancel", reversibility: "reversible" },
];

const call = (id: string, tool = "read", more: object = {}): ActionInput => ({ id, type: "tool_call", tool, ...more });
const write = (id: string, key: string, more: object = {}): ActionInput => ({
  id,
  type: "state_write",
  parameters: { key, value: id },
  ...more,
});

function world(
  calls: Record<string, ScriptedCall | readonly ScriptedCall[]>,
  more: Partial<ModelWorld> = {},
): ModelWorld {
  const lists = Object.entries(calls).map(([id, one]) => [id, Array.isArray(one) ? one : [one]]);
  const undoCalls = [answers(null, 1)];
  return { ...openWorld(TOOLS, { calls: Object.fromEntries(lists), undoTools: ["cancel"], undoCalls }), ...more };
}

const run = (actions: readonly ActionInput[], at: ModelWorld): ModelOutcome => runModel({ actions: [...actions] }, at);
const statuses = (outcome: ModelOutcome): readonly string[] =>
  outcome.actions.map(({ action_id, status, code, attempts }) => `${action_id} ${status} ${code ?? "-"} ${attempts}`);
const starts = (outcome: ModelOutcome): readonly string[] =>
  outcome.calls.map(({ action_id, tool, at }) => `${at} ${action_id ?? tool}`);

describe("model", () => {
  it("[CFM-1] gives the same outcome again, and leaves the world as it was", () => {
    const calls = { a: answers(1, 10), b: throws("terminal", 5) };
    const at = world(calls);
    const before = structuredClone({ ...at, memory: { ...at.memory, state: [...at.memory.state] } });
    const actions = [write("w", "k"), call("a", "book"), call("b")];
    expect(run(actions, at)).toEqual(run(actions, at));
    expect({ ...at, memory: { ...at.memory, state: [...at.memory.state] } }).toEqual(before);
  });
});

describe("model: order", () => {
  it("[CFM-2] refuses repeated ids, unknown names and cycles whole", () => {
    const outcome = run(
      [
        call("a", "read", { dependencies: ["c"] }),
        call("b", "read", { dependencies: ["x"] }),
        call("c", "read", { dependencies: ["a"] }),
        call("c"),
      ],
      world({}),
    );
    expect(outcome.status).toBe("rejected");
    expect(outcome.problems.map(({ code }) => code)).toEqual(["invalid", "invalid", "invalid"]);
    expect(outcome.calls).toEqual([]);
  });

  it("[CFM-3] starts an action when its own predecessors have ended, without levels", () => {
    const outcome = run(
      [call("slow"), call("fast"), call("next", "read", { dependencies: ["fast"] })],
      world({ slow: answers(1, 100), fast: answers(2, 10), next: answers(3, 10) }),
    );
    expect(starts(outcome)).toEqual(["0 slow", "0 fast", "10 next"]);
    expect(outcome.wall_ms).toBe(100);
  });

  it("[CFM-3] orders conflicting actions along the stable topological order, not the list", () => {
    const outcome = run(
      [write("first", "k", { dependencies: ["later"] }), write("second", "k"), write("later", "z")],
      world({}),
    );
    expect(outcome.memory.state.get("k")?.value).toBe("first");
  });

  it("[CFM-3] bounds what is in flight per run and per tool", () => {
    const actions = [call("a"), call("b"), call("c")];
    const calls = { a: answers(1, 10), b: answers(1, 20), c: answers(1, 30) };
    expect(starts(run(actions, world(calls, { maxConcurrency: 2 })))).toEqual(["0 a", "0 b", "10 c"]);
    const tools = [{ name: "read", reversibility: "reversible" as const, max_concurrency: 1 }];
    expect(starts(run(actions, world(calls, { tools })))).toEqual(["0 a", "10 b", "30 c"]);
  });
});

describe("model: abort safety", () => {
  it("[CFM-4] an irreversible call waits while something could still abort", () => {
    const calls = { pay: answers(1, 10), look: answers(1, 20), last: answers(1, 30) };
    const outcome = run([call("pay", "wire"), call("look"), call("last")], world(calls));
    expect(starts(outcome)).toEqual(["0 look", "0 last", "30 pay"]);
  });

  it("[CFM-4] irreversible calls that may abort run one at a time, in list order", () => {
    const calls = { a: answers(1, 10), b: answers(1, 20), c: answers(1, 30) };
    expect(starts(run([call("a", "wire"), call("b", "wire"), call("c", "wire")], world(calls)))).toEqual([
      "0 a",
      "10 b",
      "30 c",
    ]);
  });

  it("[CFM-4] what has threats after it goes first, what threatens nothing goes last", () => {
    const skip = { failure_behavior: "skip" };
    const actions = [
      call("last", "wire", skip),
      call("abort", "wire"),
      call("early", "wire", skip),
      call("after", "read", { dependencies: ["early"] }),
    ];
    const calls = { last: answers(1, 10), abort: answers(1, 20), early: answers(1, 30), after: answers(1, 40) };
    expect(starts(run(actions, world(calls)))).toEqual(["0 early", "30 after", "70 abort", "90 last"]);
  });

  it("[CFM-4] a batch in which nothing may abort, and an eager one, run at once", () => {
    const skip = { failure_behavior: "skip" };
    const calls = { a: answers(1, 10), b: answers(1, 20) };
    expect(starts(run([call("a", "wire", skip), call("b", "wire", skip)], world(calls)))).toEqual(["0 a", "0 b"]);
    expect(starts(run([call("a", "wire"), call("b", "wire")], world(calls, { schedule: "eager" })))).toEqual([
      "0 a",
      "0 b",
    ]);
  });
});

describe("model: skipping and giving up", () => {
  it("[CFM-5] dependants of a tolerated failure are skipped with the cause's id", () => {
    const skip = { failure_behavior: "skip" };
    const actions = [call("a", "read", skip), call("b", "read", { parameters: { x: "$a.output" } }), call("c")];
    const outcome = run(actions, world({ a: throws("terminal", 10), c: answers(1, 20) }));
    expect(statuses(outcome)).toEqual(["a skipped failed 1", "b skipped dependency_unsuccessful 0", "c succeeded - 1"]);
    expect(outcome.actions[1]?.blamed).toEqual(["a"]);
    expect(outcome.status).toBe("committed");
  });

  it("[CFM-9] an abort awaits siblings, undoes in reverse order of ending and drops the state", () => {
    const actions = [
      write("w", "k"),
      call("one", "book"),
      call("two", "book"),
      call("bad"),
      call("never", "read", { dependencies: ["bad"] }),
    ];
    const calls = { one: answers({ id: 1 }, 10), two: answers({ id: 2 }, 40), bad: throws("terminal", 20) };
    const outcome = run(actions, world(calls));
    expect(statuses(outcome)).toEqual([
      "w succeeded - 1",
      "one succeeded - 1",
      "two succeeded - 1",
      "bad failed failed 1",
      "never skipped dependency_unsuccessful 0",
    ]);
    expect(outcome.calls.filter(({ tool }) => tool === "cancel").map(({ parameters }) => parameters)).toEqual([
      { of: 2 },
      { of: 1 },
    ]);
    expect(outcome.actions.map(({ rolled_back }) => rolled_back)).toEqual([true, true, true, false, false]);
    expect(outcome.memory.state.size).toBe(0);
    expect(outcome.external_effects).toBe("none");
  });

  it("[CFM-9] siblings that heed the signal are canceled; those that do not are given up after the drain time", () => {
    const calls = {
      bad: throws("terminal", 10),
      polite: answers(1, 90, { heedsAbort: true }),
      deaf: answers(1, 90_000),
    };
    const outcome = run([call("bad"), call("polite"), call("deaf", "book")], world(calls));
    expect(statuses(outcome)).toEqual(["bad failed failed 1", "polite failed canceled 1", "deaf failed in_doubt 1"]);
    expect(outcome.wall_ms).toBe(5_010);
    expect(outcome.external_effects).toBe("unknown");
  });

  it("[CFM-12] a signal cancels like an abort", () => {
    const outcome = run(
      [call("a"), call("b", "read", { dependencies: ["a"] })],
      world({ a: answers(1, 50) }, { cancelAtMs: 10 }),
    );
    expect(outcome.status).toBe("canceled");
    expect(statuses(outcome)).toEqual(["a succeeded - 1", "b skipped canceled 0"]);
    expect(outcome.actions[0]?.rolled_back).toBe(true);
  });
});
