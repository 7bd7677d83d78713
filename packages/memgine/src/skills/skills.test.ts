import type { ActionProposal, ProposalResult } from "@car/ir";
import { parseProposal } from "@car/ir";
import type { Inference } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { testMemgine, WIDE } from "../testing/memory-for-tests.js";
import { wilsonLowerBound } from "./skill.js";

const STEPS = [
  { tool: "fetch", parameters: {} },
  { tool: "parse", parameters: {} },
];
const SKILL = {
  id: "s",
  name: "read",
  description: "read a page",
  domain: "reading",
  steps: STEPS,
  preconditions: [],
  version: 1,
  origin: "ingested",
} as const;

interface Outcome {
  readonly status?: ProposalResult["status"];
  readonly fails?: boolean;
  readonly cached?: boolean;
}

function run(
  tools: readonly string[],
  { status = "committed", fails = false, cached = false }: Outcome = {},
): readonly [ProposalResult, ActionProposal] {
  const actions = tools.map((tool, at) => ({
    id: `a${at}`,
    type: "tool_call" as const,
    tool,
    parameters: { at, same: true },
  }));
  const proposal = parseProposal({ actions, context: { goal: "reading" } });
  const results = proposal.actions.map(({ id }) => ({
    action_id: id,
    status: fails ? "failed" : "succeeded",
    state_changes: {},
    state_deletes: [],
    attempts: 1,
    duration_ms: 1,
    deduplicated: false,
    cached,
    rolled_back: status === "rolled_back",
    timestamp: "",
    ...(fails ? { error: "it broke" } : {}),
  }));
  return [{ status, results, run_id: "r", reasons: [] } as unknown as ProposalResult, proposal];
}

describe("skills", () => {
  it("[MG-50] a sequence that succeeds again and again becomes a provisional skill, in the background", async () => {
    const { memory } = testMemgine();
    for (let n = 0; n < 3; n += 1) memory.recordOutcome(...run(["fetch", "parse", "store"]));
    expect(memory.skills.list()).toEqual([]);
    await memory.idle();
    const [skill, ...others] = memory.skills.list();
    expect(others).toEqual([]);
    expect(skill).toMatchObject({ state: "provisional", origin: "mined", domain: "reading" });
    expect(skill?.steps).toEqual(
      ["fetch", "parse", "store"].map((tool, at) => ({ tool, parameters: { at, same: true } })),
    );
    expect((await memory.buildContext("reading", WIDE)).text).toContain("fetch > parse > store [on trial]");
  });

  it.each([
    ["rolled back", { status: "rolled_back", fails: true }],
    ["cached", { cached: true }],
    ["refused", { status: "rejected" }],
  ] as const)("[MG-51] what was %s teaches nothing", async (_what, outcome) => {
    const { memory } = testMemgine();
    for (let n = 0; n < 5; n += 1) memory.recordOutcome(...run(["fetch", "parse"], outcome));
    await memory.idle();
    expect(memory.skills.list()).toEqual([]);
  });

  it("[MG-52] a skill on trial takes the incumbent's place when its Wilson bound beats the incumbent's after enough trials", () => {
    const { memory } = testMemgine();
    memory.skills.ingest(SKILL);
    for (let n = 0; n < 5; n += 1) memory.skills.recordOutcome("s", { succeeded: true });
    expect(memory.skills.list()[0]?.state).toBe("active");
    memory.skills.ingest({ ...SKILL, id: "t" });
    for (let n = 0; n < 5; n += 1) memory.skills.recordOutcome("t", { succeeded: true });
    expect(memory.skills.list().map(({ state }) => state)).toEqual(["active", "provisional"]);
    memory.skills.recordOutcome("t", { succeeded: true });
    expect(memory.skills.list().map(({ state }) => state)).toEqual(["deprecated", "active"]);
    expect(wilsonLowerBound(8, 10)).toBeCloseTo(0.49, 2);
    expect(wilsonLowerBound(0, 0)).toBe(0);
  });

  it("[MG-53] a skill that fails more than it succeeds by more than two degrades, and is no longer shown", async () => {
    const { memory } = testMemgine();
    memory.skills.ingest(SKILL);
    for (let n = 0; n < 3; n += 1)
      memory.recordOutcome(...run(["fetch", "parse"], { status: "rolled_back", fails: true }));
    expect(memory.skills.list()[0]).toMatchObject({
      state: "degraded",
      failures: 3,
      recent_failures: ["it broke", "it broke", "it broke"],
    });
    expect((await memory.buildContext("reading a page", WIDE)).text).not.toContain("fetch");
  });

  it("[MG-54] a weak domain evolves: what works elsewhere in it is tried, without a model", async () => {
    const { memory } = testMemgine({ mining: { support: 99 } });
    memory.skills.ingest(SKILL);
    for (let n = 0; n < 3; n += 1)
      memory.recordOutcome(...run(["fetch", "parse"], { status: "rolled_back", fails: true }));
    memory.recordOutcome(...run(["crawl", "extract"]));
    expect(memory.skills.weakDomains()).toEqual(["reading"]);
    await memory.idle();
    expect(memory.skills.list()[1]).toMatchObject({
      id: "s-v2",
      origin: "evolved",
      parent: "s",
      version: 2,
      state: "provisional",
    });
    await memory.idle();
    expect(memory.skills.list()).toHaveLength(2);
  });

  it("[MG-59] [7.1] tells of each lesson, once, and of none that is only read back", async () => {
    const { memory } = testMemgine({ mining: { support: 3 } });
    const lessons: string[] = [];
    const stop = memory.onLesson?.(({ kind }) => lessons.push(kind));
    memory.skills.ingest(SKILL);
    for (let n = 0; n < 3; n += 1)
      memory.recordOutcome(...run(["fetch", "parse"], { status: "rolled_back", fails: true }));
    for (let n = 0; n < 3; n += 1) memory.recordOutcome(...run(["crawl", "extract"]));
    await memory.idle();
    expect(lessons).toEqual(["skill_distilled", "evolution_triggered", "skill_evolved"]);
    memory.skills.deprecate("s");
    expect(lessons.at(-1)).toBe("skill_deprecated");
    stop?.();
    memory.skills.deprecate("s-v2");
    expect(lessons).toHaveLength(4);
  });

  const answering = (text: string): Inference => ({
    infer: async () => ({ text, usage: { input_tokens: 1, output_tokens: 1 }, model: "m", finish_reason: "stop" }),
  });

  it("[MG-55] a model's answer is distilled; its tools must be those of the traces", async () => {
    const good = `Here you are: {"name": "short", "description": "d", "steps": [{"tool": "fetch"}]} Bye`;
    for (const [text, count] of [
      [good, 2],
      [good.replace("fetch", "rm"), 1],
    ] as const) {
      const { memory } = testMemgine({ inference: answering(text) });
      for (let n = 0; n < 3; n += 1) memory.recordOutcome(...run(["fetch", "parse"]));
      await memory.idle();
      expect(memory.skills.list()).toHaveLength(count);
    }
  });

  it.each([
    "prose only",
    '{"name": "half',
    `{"name": "${"x".repeat(5_000_000)}"}`,
    "{}",
    '{"name":1,"description":2,"steps":3}',
  ])("[MG-56] a model that answers %.30j teaches nothing and breaks nothing", async (text) => {
    const { memory } = testMemgine({ inference: answering(text) });
    for (let n = 0; n < 3; n += 1) memory.recordOutcome(...run(["fetch", "parse"]));
    await memory.idle();
    expect(memory.skills.list().map(({ origin }) => origin)).toEqual(["mined"]);
  });

  it("[MG-57] a skill is written as Markdown and read back; from outside it comes on trial", () => {
    const { memory } = testMemgine();
    memory.skills.ingest({
      ...SKILL,
      steps: [{ tool: "fetch", parameters: { deep: [1, "x"] } }, STEPS[1] ?? { tool: "", parameters: {} }],
    });
    for (let n = 0; n < 5; n += 1) memory.skills.recordOutcome("s", { succeeded: true });
    const text = memory.skills.exportMarkdown("s");
    const other = testMemgine().memory;
    other.skills.importMarkdown(text);
    expect(other.skills.list()[0]).toMatchObject({
      id: "s",
      state: "provisional",
      successes: 0,
      steps: memory.skills.list()[0]?.steps,
    });
    other.skills.importMarkdown(text, { trusted: true });
    expect(other.skills.list()[0]).toMatchObject({ state: "active", successes: 5 });
    for (const wrong of ["no front matter", "---\nid: x\n---\n", text.replace("`fetch`", "fetch")]) {
      expect(() => other.skills.importMarkdown(wrong)).toThrow(expect.objectContaining({ code: "CAR_MEMORY_INVALID" }));
    }
  });

  it("[MG-58] repairing makes a new version on trial; deprecating ends a skill", () => {
    const { memory } = testMemgine();
    memory.skills.ingest(SKILL);
    expect(memory.skills.repair("s", [{ tool: "fetch2", parameters: {} }])).toBe("s-v2");
    expect(memory.skills.list()[1]).toMatchObject({ origin: "repaired", parent: "s", state: "provisional" });
    memory.skills.deprecate("s");
    expect(memory.skills.list()[0]?.state).toBe("deprecated");
    expect(() => memory.skills.deprecate("none")).toThrow(expect.objectContaining({ code: "CAR_MEMORY_INVALID" }));
  });
});
