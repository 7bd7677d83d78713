import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRuntime } from "@car/engine";
import { durableStore } from "@car/engine/node";
import type { ProposalResult } from "@car/ir";
import type { Tool } from "@car/ir/ports";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { captured } from "../testing/captured.js";

let folder: string;
let tools: string;
let plan: string;

const NOTES = () => join(folder, "notes.txt");

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "car-undo-"));
  tools = file("tools.mjs", MODULE.replace("FILE", JSON.stringify(NOTES())));
  plan = file(
    "plan.json",
    JSON.stringify({ actions: [{ id: "w", type: "tool_call", tool: "write", parameters: { text: "new" } }] }),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A tool that writes one file, its reader, and what brings the file back. */
const MODULE = `
import { readFileSync, writeFileSync } from "node:fs";
const path = FILE;
const tool = (name, execute, more) => ({ schema: { name, ...more }, execute });
export const tools = [
  tool("write", ({ text }) => (writeFileSync(path, text), null), {
    reversibility: "compensable",
    before: { tool: "look", verify: true },
    compensation: { tool: "restore", parameters: { text: "$before" } },
  }),
  tool("look", () => readFileSync(path, "utf8"), { reversibility: "reversible" }),
  tool("restore", ({ text }) => (writeFileSync(path, text), null), { idempotent: true }),
];
`;

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Runs the plan over a file with old text. Gives the log and the run. */
async function ran(name: string): Promise<readonly [string, string]> {
  writeFileSync(NOTES(), "old");
  const log = join(folder, name);
  const { out } = await captured(["run", plan, "--tools", tools, "--log", log, "--json"]);
  return [log, (JSON.parse(out) as ProposalResult).run_id];
}

describe("car undo", () => {
  it("[CLI-18] only looks with `--dry`: a log that breaks off stays as it is, and nothing is made in a folder", async () => {
    const [log, run] = await ran("torn.jsonl");
    appendFileSync(log, '{"format_version":1,"se');
    const before = readFileSync(log, "utf8");
    const dry = await captured(["undo", log, run, "--tools", tools, "--dry"]);
    expect([dry.code, readFileSync(log, "utf8") === before]).toEqual([0, true]);
    const empty = mkdtempSync(join(folder, "empty-"));
    expect((await captured(["undo", empty, run, "--tools", tools, "--dry"])).code).toBe(2);
    expect(readdirSync(empty)).toEqual([]);
  });

  it("[CLI-18] shows what it would call, and brings things back once somebody says yes", async () => {
    const [log, run] = await ran("a.jsonl");
    const dry = await captured(["undo", log, run, "--tools", tools, "--dry"]);
    expect([dry.code, dry.out]).toEqual([0, `undo  run ${run}\n  · w  write {"text":"new"} by restore`]);
    const no = await captured(["undo", log, run, "--tools", tools, "--approve", "no"]);
    expect([no.code, no.err, readFileSync(NOTES(), "utf8")]).toEqual([4, "nothing was undone\n", "new"]);
    const yes = await captured(["undo", log, run, "--tools", tools, "--approve", "yes"]);
    expect([yes.code, readFileSync(NOTES(), "utf8")]).toEqual([0, "old"]);
    expect(yes.out).toMatch(/undone {2}run .*\n {2}↶ w {2}write/);
    const again = await captured(["undo", log, run, "--tools", tools, "--approve", "yes"]);
    expect([again.code, again.err]).toEqual([2, expect.stringMatching(/is left to undo/)]);
    expect((await captured(["log", "verify", log])).code).toBe(0);
    expect((await captured(["explain", "w", "--log", log])).out).toMatch(/then undone by its compensation/);
    expect((await captured(["replay", log])).code).toBe(0);
  });

  it("[CLI-18] leaves what others have changed, says so, and exits with 1", async () => {
    const [log, run] = await ran("b.jsonl");
    writeFileSync(NOTES(), "theirs");
    const { code, out } = await captured(["undo", log, run, "--tools", tools, "--approve", "yes"]);
    expect([code, readFileSync(NOTES(), "utf8")]).toEqual([1, "theirs"]);
    expect(out).toMatch(/✗ w .*somebody else has changed it since the call.*\nsomething outside the state is left/);
  });

  it("[CLI-18] goes on with a durable store, and gives JSON", async () => {
    writeFileSync(NOTES(), "old");
    const dir = join(folder, "store");
    const durable = await durableStore({ dir });
    const { tools: loaded } = (await import(tools)) as { readonly tools: readonly Tool[] };
    const runtime = createRuntime({ durable, tools: loaded });
    const { run_id } = await runtime.execute(readFileSync(plan, "utf8"));
    await runtime.close();
    await durable.close();
    const { code, out } = await captured(["undo", dir, run_id, "--tools", tools, "--approve", "yes", "--json"]);
    expect([code, readFileSync(NOTES(), "utf8")]).toEqual([0, "old"]);
    expect(JSON.parse(out)).toMatchObject({
      run_id,
      external_effects: "none",
      steps: [{ action_id: "w", undone: true }],
    });
  });

  it("[CLI-18] [CLI-7] refuses what is not there, and to undo what nobody has approved", async () => {
    const [log, run] = await ran("c.jsonl");
    for (const [argv, message] of [
      [["undo", join(folder, "none"), run, "--tools", tools], /there is no such log/],
      [["undo", log, "no-run", "--tools", tools], /the log has no run/],
      [["undo", log, run], /--tools/],
    ] as const) {
      const { code, err } = await captured(argv);
      expect([code, err]).toEqual([2, expect.stringMatching(message)]);
    }
    expect(readFileSync(NOTES(), "utf8")).toBe("new");
  });

  it("[CLI-18] [CLI-20] asks, and takes anything but a yes for a no, the end of the input too", async () => {
    const [log, run] = await ran("d.jsonl");
    for (const answers of [[], ["n"], [""], ["yes please"]]) {
      const { code, err } = await captured(["undo", log, run, "--tools", tools], answers);
      expect([code, err]).toEqual([4, expect.stringMatching(/nothing was undone\n$/)]);
    }
    expect((await captured(["undo", log, run, "--tools", tools])).err).toMatch(/nobody answered.*--approve yes/);
    expect(readFileSync(NOTES(), "utf8")).toBe("new");
    expect((await captured(["undo", log, run, "--tools", tools], ["YES"])).code).toBe(0);
    expect(readFileSync(NOTES(), "utf8")).toBe("old");
  });
});

describe("car recover", () => {
  it("[CLI-31] takes up what a process has left, or undoes it; car undo says so", async () => {
    const dir = join(folder, "left");
    const durable = await durableStore({ dir });
    const started = join(folder, "started");
    const schema = { name: "slow", idempotent: true };
    const stuck: Tool = {
      schema,
      execute: (_, { signal }) => new Promise((_ok, no) => signal.addEventListener("abort", no)),
    };
    const runtime = createRuntime({ durable, tools: [stuck] });
    const controller = new AbortController();
    const actions = [{ id: "s", type: "tool_call", tool: "slow" }];
    const running = runtime.execute({ actions }, { signal: controller.signal });
    await durable.segments.flush();
    await new Promise((resolve) => setTimeout(resolve, 100));
    // As a process that ends now would leave it.
    for (const name of ["one", "two"]) cpSync(dir, join(folder, name), { recursive: true });
    controller.abort();
    const { run_id } = await running;
    await runtime.close();
    await durable.close();
    const module = file(
      "slow.mjs",
      `import { appendFileSync } from "node:fs";
      export const tools = [{ schema: { name: "slow", idempotent: true }, execute: () => appendFileSync(${JSON.stringify(started)}, "x") }];`,
    );

    const undo = await captured(["undo", join(folder, "one"), run_id, "--tools", module, "--approve", "yes"]);
    expect([undo.code, undo.err]).toEqual([2, expect.stringMatching(/car recover .*one/)]);
    const resumed = await captured(["recover", join(folder, "one"), "--tools", module, "--json"]);
    expect(JSON.parse(resumed.out)).toMatchObject({
      runs: [{ run_id, handled: "resumed", result: { status: "committed" } }],
    });
    const undone = await captured(["recover", join(folder, "two"), "--tools", module, "--rollback"]);
    expect(undone.out).toMatch(/^1 run taken up\nrolled back {2}run /);
    expect((await captured(["recover", folder, "--tools", module])).err).toMatch(/there is no durable store/);
  });
});

describe("car run --dry-undo and car verify", () => {
  it("[CLI-19] say how a plan could be undone, and a run that has committed", async () => {
    writeFileSync(NOTES(), "old");
    const { out } = await captured(["run", plan, "--tools", tools, "--dry-undo"]);
    expect(out).toMatch(/\ncommitted .*\n[^]*\nundo {2}run .*\n {2}· w {2}write \{"text":"new"\} by restore$/);
    expect(readFileSync(NOTES(), "utf8")).toBe("new");
    const verified = await captured(["verify", plan, "--tools", tools]);
    expect(verified.out).toContain(
      "undo       w (write): restore, from what look reads before, unless others change it",
    );
  });
});
