import type { ErrorClass } from "@car/ir";
import { describe, expect, it } from "vitest";
import { calling, endsOf, runIn, startsOf, worldOf } from "./look-at-model.js";
import { answers, hangs, throws } from "./scripted-call.js";
import type { ScriptedCall } from "./world.js";

const RETRY = { failure_behavior: "retry" };
const SKIP = { failure_behavior: "skip" };
const TOOLS = {
  plain: {},
  sure: { failures: "definite" as const },
  twice: { idempotent: true },
  look: { reversibility: "reversible" as const },
  typed: { returns: { type: "object" } },
};

const once = (tool: keyof typeof TOOLS, call: ScriptedCall, more: object = {}): string => {
  const outcome = runIn(worldOf(TOOLS, { a: call }), calling("a", tool, { max_retries: 0, ...more }));
  return `${endsOf(outcome)[0]?.split(" ").slice(1).join(" ")}, ${outcome.external_effects}`;
};

describe("model: what a failed call may have done", () => {
  it("[CFM-18] nothing, when a `ToolError` of a definite class says so", () => {
    for (const definite of ["invalid", "denied", "not_found", "transient"] satisfies ErrorClass[]) {
      expect(once("plain", throws(definite, 1)), definite).toBe("failed failed 1, none");
    }
  });

  it("[CFM-18] nobody knows, after any other failure", () => {
    for (const open of [undefined, "terminal", "timeout", "canceled"] satisfies (ErrorClass | undefined)[]) {
      expect(once("plain", throws(open, 1)), open).toBe("failed failed 1 unknown, unknown");
    }
    expect(once("plain", answers({ error: "no" }, 1))).toBe("failed failed 1 unknown, unknown");
    expect(once("plain", answers({ isError: true }, 1))).toBe("failed failed 1 unknown, unknown");
    expect(once("plain", hangs(), { timeout_ms: 5 })).toBe("failed timeout 1 unknown, unknown");
  });

  it("[CFM-18] the host's word covers what the tool itself tells, no timeout", () => {
    expect(once("sure", throws(undefined, 1))).toBe("failed failed 1, none");
    expect(once("sure", throws("terminal", 1))).toBe("failed failed 1, none");
    expect(once("sure", answers({ error: "no" }, 1))).toBe("failed failed 1, none");
    expect(once("sure", hangs(), { timeout_ms: 5 })).toBe("failed timeout 1 unknown, unknown");
  });

  it("[CFM-18] it acted, when its answer was refused; a reversible tool leaves nothing", () => {
    expect(once("typed", answers(1, 1))).toBe("failed invalid_output 1 acted, remain");
    expect(once("look", throws(undefined, 1))).toBe("failed failed 1, none");
    expect(once("look", hangs(), { timeout_ms: 5 })).toBe("failed timeout 1, none");
  });

  it("[CFM-18] a tolerated failure says so as well; a run that commits has left nothing open", () => {
    expect(once("plain", throws("terminal", 1), SKIP)).toBe("skipped failed 1 unknown, none");
  });

  it("[CFM-18] a call that is told to stop, or is given up", () => {
    const calls = { bad: throws("denied", 5), a: answers(1, 90, { heedsAbort: true }), b: answers(1, 90_000) };
    const told = (tool: "plain" | "sure"): readonly string[] => {
      const world = worldOf(TOOLS, calls, { schedule: "eager" });
      return endsOf(runIn(world, calling("bad", "look"), calling("a", tool), calling("b", tool)));
    };
    expect(told("plain")).toEqual([
      "bad failed failed 1",
      "a failed canceled 1 unknown",
      "b failed in_doubt 1 unknown",
    ]);
    expect(told("sure")).toEqual(["bad failed failed 1", "a failed canceled 1", "b failed in_doubt 1 unknown"]);
  });
});

describe("model: the class of what is thrown", () => {
  const classOf = (field: "status" | "statusCode" | "response", value: number): string | undefined => {
    const call: ScriptedCall = { ...throws(undefined, 1), outcome: { kind: "throw", status: { field, value } } };
    return runIn(worldOf(TOOLS, { a: call }), calling("a", "plain")).actions[0]?.class;
  };

  it("[CFM-18] a status of 4xx is terminal, but for those that pass by", () => {
    expect([400, 404, 409, 422].map((value) => classOf("status", value))).toEqual(Array(4).fill("terminal"));
    expect([408, 425, 429, 500, 503, 200].map((value) => classOf("statusCode", value))).toEqual(
      Array(6).fill("transient"),
    );
    expect([classOf("response", 404), classOf("response", 503)]).toEqual(["terminal", "transient"]);
  });
});

describe("model: trying again", () => {
  const both = (first: ScriptedCall): Record<string, readonly ScriptedCall[]> => ({ a: [first, answers(1, 1)] });

  it("[CFM-18] what may have acted is made again only by the host's word", () => {
    const ends = (tool: keyof typeof TOOLS): readonly string[] =>
      endsOf(runIn(worldOf(TOOLS, both(throws(undefined, 1))), calling("a", tool, RETRY)));
    expect(ends("plain")).toEqual(["a failed in_doubt 1 unknown"]);
    expect(ends("sure")).toEqual(["a succeeded - 2"]);
    expect(ends("twice")).toEqual(["a succeeded - 2"]);
    expect(ends("look")).toEqual(["a succeeded - 2"]);
    const outcome = runIn(worldOf(TOOLS, both(throws(undefined, 1))), calling("a", "plain", RETRY));
    expect([outcome.actions[0]?.class, outcome.cause?.code]).toEqual(["transient", "in_doubt"]);
  });

  it("[CFM-18] without a further attempt it has failed, and is not in doubt", () => {
    const world = worldOf(TOOLS, both(throws(undefined, 1)));
    expect(endsOf(runIn(world, calling("a", "plain", { ...RETRY, max_retries: 0 })))).toEqual([
      "a failed failed 1 unknown",
    ]);
    expect(endsOf(runIn(world, calling("a", "plain")))).toEqual(["a failed failed 1 unknown"]);
    expect(endsOf(runIn(worldOf(TOOLS, both(throws("terminal", 1))), calling("a", "plain", RETRY)))).toEqual([
      "a failed failed 1 unknown",
    ]);
  });

  it("[CFM-18] a refused answer is not tried again", () => {
    expect(endsOf(runIn(worldOf(TOOLS, both(answers(1, 1))), calling("a", "typed", RETRY)))).toEqual([
      "a failed invalid_output 1 acted",
    ]);
  });

  it("[CFM-18] the worst attempt counts, unless one succeeds", () => {
    const calls = { a: [throws(undefined, 1), throws("denied", 1)] };
    const outcome = runIn(worldOf(TOOLS, calls), calling("a", "twice", RETRY));
    expect([endsOf(outcome), outcome.external_effects]).toEqual([["a failed failed 2 unknown"], "unknown"]);
    expect(endsOf(runIn(worldOf(TOOLS, both(throws(undefined, 1))), calling("a", "twice", RETRY)))).toEqual([
      "a succeeded - 2",
    ]);
  });

  it("[CFM-18] a gate that refuses the next attempt does not settle the last one", () => {
    const revocations = new Map([["twice", 10]]);
    const world = worldOf(TOOLS, both(throws(undefined, 1)));
    const revoked = { ...world, memory: { ...world.memory, revocations } };
    expect(endsOf(runIn(revoked, calling("a", "twice", RETRY)))).toEqual(["a failed revoked 1 unknown"]);
  });
});

describe("model: deadlines", () => {
  it("[CFM-7] an attempt has the tool's time, or the default, or less by the action's wish", () => {
    const tools = { short: { timeout_ms: 20 }, free: { timeout_ms: "none" as const }, plain: {} };
    const wallOf = (tool: keyof typeof tools, more: object = {}): number =>
      runIn(worldOf(tools, { a: hangs() }), calling("a", tool, more)).wall_ms;
    expect(wallOf("short")).toBe(20);
    expect(wallOf("short", { timeout_ms: 50 })).toBe(20);
    expect(wallOf("short", { timeout_ms: 5 })).toBe(5);
    expect(wallOf("plain")).toBe(300_000);
    expect(wallOf("free", { timeout_ms: 400_000 })).toBe(400_000);
  });

  it("[CFM-7] a compensation has a time of its own", () => {
    const book = { reversibility: "compensable" as const, compensation: { tool: "undo", parameters: {} } };
    const calls = { a: answers(1, 10), bad: throws("denied", 10) };
    const world = worldOf({ book }, calls, { undoCalls: [hangs()], limits: { compensation_timeout_ms: 30 } });
    const outcome = runIn(world, calling("a", "book"), calling("bad", "book", { dependencies: ["a"] }));
    expect([startsOf(outcome), outcome.wall_ms]).toEqual([["0 a", "10 bad", "20 undo"], 50]);
    expect(outcome.actions[0]?.compensated).toBe(false);
  });
});
