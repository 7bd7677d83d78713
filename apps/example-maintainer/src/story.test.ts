import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verifyChain } from "@car/eventlog";
import { readJsonl } from "@car/eventlog/node";
import { scriptedProvider } from "@car/inference/scripted";
import type { InferenceProvider } from "@car/ir/ports";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parallelReads } from "./acts/parallel-reads.js";
import { release } from "./acts/release.js";
import { QUICK_FIX } from "./planner/plans/quick-fix.js";
import { RELEASE } from "./planner/plans/release.js";
import { type StoryOptions, tellStory } from "./story.js";
import type { Workspace } from "./workspace/create-workspace.js";

const PATIENCE_MS = 120_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "car-story-test-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Told {
  readonly told: boolean;
  readonly text: string;
  readonly logFile: string;
  readonly workspace: Workspace | undefined;
}

async function tell(options: Partial<StoryOptions> = {}): Promise<Told> {
  const lines: string[] = [];
  const logFile = join(folder, `${Math.random()}.jsonl`);
  let workspace: Workspace | undefined;
  const told = await tellStory({
    print: (line) => lines.push(line),
    colour: false,
    width: 80,
    logFile,
    keep: false,
    onWorkspace: (made) => (workspace = made),
    ...options,
  });
  return { told, text: lines.join("\n"), logFile, workspace };
}

/** A model that answers each request with the tool calls of the next plan. */
function modelThatPlans(...plans: readonly (typeof RELEASE)[]): InferenceProvider {
  const replies = plans.map(({ actions }) => ({
    text: "",
    tool_calls: actions.flatMap((action) => {
      if (action.type !== "tool_call") return [];
      // A model that calls tools does not know the ids of its calls: it writes what it means.
      const written = JSON.stringify(action.parameters ?? {}).replaceAll("$tag.output.ref", "v1.2.1");
      return [{ id: action.id, name: action.tool, arguments: written }];
    }),
  }));
  return scriptedProvider({ replies, about: { id: "test-model" } });
}

describe("the story", () => {
  it("comes out as told, in plain lines of at most 80 columns", { timeout: PATIENCE_MS }, async () => {
    const { told, text, logFile, workspace } = await tell();
    expect(text).not.toContain("NOT SO");
    expect(told).toBe(true);
    expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(text).toMatch(/All 6 acts came out as told: \d+ claims checked/);
    expect(text).toContain(logFile);
    expect(existsSync(workspace?.root ?? "")).toBe(false);
    expect(await verifyChain(readJsonl(logFile))).toMatchObject({ valid: true, complete: true });
  });

  it("undoes commit, tag and edits when a person declines the push", { timeout: PATIENCE_MS }, async () => {
    const { told, text } = await tell({ acts: [parallelReads, release], person: async () => false });
    expect(text).toContain("you declined, so the run was rolled back");
    expect(text).toContain("the repository is as it was");
    expect(told).toBe(true);
  });

  it("lets a model plan the release, and tells it what went wrong", { timeout: PATIENCE_MS }, async () => {
    const model = modelThatPlans(QUICK_FIX, RELEASE);
    const { told, text } = await tell({ acts: [parallelReads, release], model });
    expect(text).toContain("test-model");
    expect(text).toMatch(/turn 1 [^]*tests failed/);
    expect(told).toBe(true);
  });

  it("fails when what is told does not happen", { timeout: PATIENCE_MS }, async () => {
    const model = modelThatPlans(QUICK_FIX, QUICK_FIX, QUICK_FIX, QUICK_FIX);
    const { told, text } = await tell({ acts: [parallelReads, release], model });
    expect(text).toContain("NOT SO: the run committed");
    expect(told).toBe(false);
  });

  it("fails, and goes on, when an act breaks off", { timeout: PATIENCE_MS }, async () => {
    const broken = { title: "Broken", play: () => Promise.reject(new Error("the stage collapsed")) };
    const fine = { title: "Fine", play: async () => undefined };
    const { told, text } = await tell({ acts: [broken, fine] });
    expect(text).toContain("NOT SO: the act came to its end (the stage collapsed)");
    expect(text).toContain("Fine");
    expect(told).toBe(false);
  });
});
