import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRuntime } from "@car/engine";
import { durableStore } from "@car/engine/node";
import { readLog, segmentEventLog } from "@car/eventlog/node";
import type { EventDraft } from "@car/ir/ports";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Captured, captured } from "./testing/captured.js";

const EXAMPLES = fileURLToPath(new URL("../examples/", import.meta.url));
const FILES = ["--tools", join(EXAMPLES, "tools.js"), "--policy", join(EXAMPLES, "policy.yaml")];
let folder: string;
let log: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "car-cli-"));
  log = join(folder, "log.jsonl");
});
afterAll(() => rmSync(folder, { recursive: true }));

const car = (...argv: string[]): Promise<Captured> => captured(argv);

function file(name: string, text: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("car run", () => {
  it("[CLI-1] commits a proposal, says what each action did and exits with 0", async () => {
    const { code, out } = await car("run", join(EXAMPLES, "good.json"), ...FILES, "--log", log);
    expect(code).toBe(0);
    expect(out).toMatch(/^ {2}✓ rent {2}pay \{"amount":60,"to":"landlord"\} → \{"paid":60,/);
    expect(out).toMatch(/\ncommitted {2}run [0-9a-f]{32}\n2 tool calls, /);
  });

  it("[CLI-1] tells of an undone run, with its cause, and exits with 1", async () => {
    const { code, out } = await car("run", join(EXAMPLES, "too-much.json"), ...FILES, "--log", log);
    expect(code).toBe(1);
    expect(out).toContain("↶ rent  undone by its compensation");
    expect(out).toMatch(/because yacht: only -?\d+ left/);
  });

  it("[CLI-1] exits with 3 for a proposal that is refused, and names every problem", async () => {
    const path = file("bad.json", '{"actions":[{"id":"a","type":"tool_call","tool":"pay","paramters":{}}]}');
    const { code, out } = await car("run", path, ...FILES);
    expect(code).toBe(3);
    expect(out).toContain("actions[0].paramters: unknown field, did you mean `parameters`?");
  });

  it("[CLI-2] prints the whole result as JSON", async () => {
    const { out } = await car("run", join(EXAMPLES, "denied.json"), ...FILES, "--json");
    expect(JSON.parse(out)).toMatchObject({ status: "rejected", results: [{ reason: { code: "policy_denied" } }] });
  });

  it("[CLI-3] approves what the policy wants approved only when told to", async () => {
    const path = file(
      "big.json",
      '{"actions":[{"id":"a","type":"tool_call","tool":"pay","parameters":{"amount":500,"to":"x"}}]}',
    );
    expect(await car("run", path, ...FILES)).toMatchObject({
      out: expect.stringContaining("approval_required") as string,
      err: expect.stringContaining("`--approve ask` lets you answer") as string,
    });
    expect((await car("run", path, ...FILES, "--approve", "yes")).out).not.toContain("approval");
  });
});

describe("what car run verifies and shows", () => {
  it("[CLI-30] runs nothing of what verification finds wrong, unless it is told not to look", async () => {
    const calls = (id: string, tool: string): object => ({
      id,
      type: "tool_call",
      tool,
      parameters: { amount: 1, to: "x" },
    });
    const plan = file(
      "typo.json",
      JSON.stringify({ actions: [calls("a", "pay"), { ...calls("b", "put_bak"), dependencies: ["a"] }] }),
    );
    const path = join(folder, "none.jsonl");
    const { code, out, err } = await car("run", plan, ...FILES, "--log", path);
    expect([code, err]).toEqual([3, expect.stringContaining("--no-verify")]);
    expect(out).toMatch(/^invalid\n {2}✗ b: tool `put_bak` is not known/);
    expect(readFileSync(path, "utf8")).not.toContain("proposal_received");
    const json = JSON.parse((await car("run", plan, ...FILES, "--json")).out) as object;
    expect(json).toMatchObject({
      status: "rejected",
      reasons: [{ action_id: "b", code: "unknown_tool" }],
      verification: { valid: false },
    });
    await car("run", plan, ...FILES, "--no-verify", "--log", path);
    expect(readFileSync(path, "utf8")).toContain("proposal_received");
  });

  it("[CLI-20] [CLI-30] shows the plan, then asks about each call by what it would do, without its secrets", async () => {
    const action = { id: "a", type: "tool_call", tool: "pay", parameters: { amount: 500, to: "x", token: "hunter2" } };
    const plan = file("ask.json", JSON.stringify({ actions: [action] }));
    const tools = file(
      "till.mjs",
      'export const tools = [{ schema: { name: "pay" }, execute: () => ({ receipt: 7 }) }];',
    );
    const argv = ["run", plan, "--tools", tools, "--policy", join(EXAMPLES, "policy.yaml"), "--approve", "ask"];
    const { code, out, err } = await captured(argv, ["y"]);
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^plan\n {2}· a {2}pay \{"amount":500.*\n {2}✓ a {2}pay .* → \{"receipt":7\}\ncommitted/),
    ]);
    expect(err).toMatch(
      /a wants to call pay \{"amount":500,.*"\[redacted\]"\} \(irreversible\)\n {2}require_approval:pay: .*\napprove\? \[y\/N\] /,
    );
    expect(out + err).not.toContain("hunter2");
    expect((await captured(argv, ["n"])).out).toContain("approval_denied");
    expect((await captured(argv)).err).toMatch(/nobody answered.*--approve yes/);
  });
});

describe("car verify", () => {
  it("[CLI-4] finds what policy would refuse, runs nothing and exits with 1", async () => {
    const { code, out } = await car("verify", join(EXAMPLES, "denied.json"), ...FILES);
    expect(code).toBe(1);
    expect(out).toMatch(/^invalid\n {2}✗ bribe: .*\[policy_denied\]/);
  });

  it("[CLI-4] exits with 0 when nothing speaks against it", async () => {
    const { code, out } = await car("verify", join(EXAMPLES, "good.json"), ...FILES, "--json");
    expect([code, (JSON.parse(out) as { valid: boolean }).valid]).toEqual([0, true]);
  });
});

describe("car log and explain", () => {
  it("[CLI-5] verifies a log, and finds a change in it", async () => {
    expect(await car("log", "verify", log)).toMatchObject({ code: 0, out: expect.stringMatching(/^intact/) as string });
    const changed = file("changed.jsonl", readFileSync(log, "utf8").replace("landlord", "landlady"));
    expect(await car("log", "verify", changed)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^DAMAGED/) as string,
    });
    const { out } = await car("log", "verify", log, "--head", "0".repeat(64));
    expect(out).toMatch(/^DAMAGED/);
  });

  it("[CLI-5] shows events of one action, and as JSON lines", async () => {
    const { out } = await car("log", "show", log, "--action", "yacht");
    expect(out).toContain("yacht action failed");
    const lines = (await car("log", "show", log, "--json")).out.split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual(lines.map((_, index) => index + 1));
  });

  it("[CLI-5] takes a folder of segments as well, also one whose beginning was dropped", async () => {
    const dir = join(folder, "segments");
    const segments = segmentEventLog({ dir, segmentBytes: 500 });
    for await (const { kind, data } of readLog(log)) {
      segments.append({ kind, time: 0, action: -1, attempt: 0, data } as EventDraft);
      await segments.flush();
    }
    await segments.dropBefore(4);
    const { hash } = await segments.head();
    await segments.close();
    const verified = await car("log", "verify", dir, "--head", hash);
    expect(verified).toMatchObject({ code: 0, out: expect.stringContaining("were dropped") as string });
    const first = segments.opened.head.seq + 1;
    expect((await car("log", "show", dir, "--json")).out).not.toContain(`"seq":${first},`);
    expect((await car("log", "show", dir)).out).toContain("action failed");
    const [segment = ""] = readdirSync(dir).filter((name) => name.endsWith(".jsonl"));
    rmSync(join(dir, segment));
    expect(await car("log", "verify", dir)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^DAMAGED/) as string,
    });
  });

  it("[CLI-6] explains why an action ended as it did", async () => {
    const { code, out } = await car("explain", "rent", "--log", log);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^↶ rent succeeded, then undone by its compensation\n {2}called pay .*"landlord".*\n {2}gave .*\n {2}because yacht failed/,
    );
  });
});

describe("what car log show and explain tell", () => {
  it("[CLI-6] [CLI-30] tool, parameters and outcome of a call, as text and as JSON", async () => {
    for (const argv of [
      ["log", "show", log, "--action", "rent"],
      ["explain", "rent", "--log", log],
    ]) {
      for (const more of [[], ["--json"]]) {
        const { out } = await car(...argv, ...more);
        for (const word of ["pay", "landlord", "60", "left"]) expect(out).toContain(word);
      }
    }
  });

  it("[CLI-6] a run as a whole: status, cause, actions, what is left", async () => {
    const { run_id } = JSON.parse(
      (await car("log", "show", log, "--action", "yacht", "--json")).out.split("\n")[0]!,
    ) as { run_id: string };
    const { code, out } = await car("explain", run_id, "--log", log);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^rolled back {2}run \w+\nbecause yacht: only -?\d+ left\n {2}↶ rent {2}pay .*\n {2}[↶✗] yacht {2}pay .*\nnothing is left outside/,
    );
    expect(JSON.parse((await car("explain", run_id, "--log", log, "--json")).out)).toMatchObject({
      run_id,
      status: "rolled_back",
    });
    expect((await car("explain", "nobody", "--log", log)).err).toContain("there is no action or run `nobody`");
  });
});

describe("car replay and log diff", () => {
  it("[CLI-8] executes a log again, and names the event that comes out differently", async () => {
    const path = join(folder, "replayed.jsonl");
    await car("run", join(EXAMPLES, "too-much.json"), ...FILES, "--log", path);
    const { code, out } = await car("replay", path);
    expect([code, out]).toEqual([0, expect.stringMatching(/^same {2}1 run and \d+ events came out as recorded$/)]);
    const changed = file(
      "other.jsonl",
      readFileSync(path, "utf8").replace('"actions_executed":2', '"actions_executed":3'),
    );
    const differs = await car("replay", changed, "--json");
    expect(differs.code).toBe(1);
    expect(JSON.parse(differs.out)).toMatchObject({
      equal: false,
      divergences: [{ kind: "proposal_completed", field: "cost.actions_executed", recorded: 3, replayed: 2 }],
    });
    expect((await car("replay", changed)).out).toMatch(
      /✗ event \d+, proposal_completed: cost.actions_executed: recorded 3, now 2/,
    );
  });

  it("[CLI-8] is no success where nothing could be executed again", async () => {
    const path = join(folder, "cut.jsonl");
    await car("run", join(EXAMPLES, "good.json"), ...FILES, "--log", path);
    const whole = readFileSync(path, "utf8");
    const cut = file("open.jsonl", `${whole.split("\n").slice(0, 4).join("\n")}\n`);
    expect(await car("replay", cut)).toMatchObject({
      code: 1,
      out: expect.stringMatching(
        /^NOT REPLAYED {2}0 runs .*\n {2}– run \w+ was not replayed: it has no end in this log$/,
      ),
    });
    expect(await car("replay", path, "--run", "nobody")).toMatchObject({
      code: 1,
      out: expect.stringContaining("run nobody was not replayed: there is no such run in the log"),
    });
    expect((await car("replay", file("empty.jsonl", ""))).code).toBe(0);
  });

  it("[CLI-9] compares two logs", async () => {
    const [left, right] = [join(folder, "left.jsonl"), join(folder, "right.jsonl")];
    for (const path of [left, right]) await car("run", join(EXAMPLES, "good.json"), ...FILES, "--log", path);
    expect(await car("log", "diff", left, right)).toMatchObject({ code: 0, out: "same  1 run in both" });
    const other = file("third.jsonl", readFileSync(right, "utf8").replace('"paid":60', '"paid":61'));
    const { code, out } = await car("log", "diff", left, other);
    expect([code, out]).toEqual([1, expect.stringContaining("✗ rent output.paid: 60 / 61")]);
    const json = JSON.parse((await car("log", "diff", left, other, "--json")).out) as object;
    expect(json).toMatchObject({ equal: false, pairs: 1, differences: [{ action_id: "rent", field: "output.paid" }] });
  });

  it("[CLI-10] takes the folder of a durable store for its log", async () => {
    const dir = join(folder, "durable");
    const durable = await durableStore({ dir });
    await createRuntime({ durable }).execute({
      actions: [{ id: "w", type: "state_write", parameters: { key: "k", value: 1 } }],
    });
    await durable.close();
    for (const command of [["log", "show"], ["log", "verify"], ["replay"]]) {
      expect((await car(...command, dir)).code).toBe(0);
    }
    expect((await car("explain", "w", "--log", dir)).out).toContain("w succeeded");
    expect((await car("log", "show", dir)).out).toContain("proposal received");
  });
});

describe("bad usage", () => {
  it.each([
    [["run"], "missing required argument"],
    [["run", "none.json"], "none.json: ENOENT"],
    [["run", "-x"], "unknown option"],
    [["log", "verify", "none.jsonl"], "none.jsonl"],
    [["replay", "none.jsonl"], "none.jsonl"],
    [["log", "diff", "none.jsonl"], "missing required argument"],
    [["explain", "nobody"], "name the log"],
    [["run", join(EXAMPLES, "good.json"), "--tools", "none.js"], "none.js"],
    [["run", join(EXAMPLES, "good.json"), "--policy", join(EXAMPLES, "good.json")], "good.json"],
  ])("[CLI-7] %j exits with 2 and says what is wrong", async (argv, message) => {
    const { code, err } = await car(...argv);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(err).not.toContain("    at ");
  });

  it.each([
    ['{"a":', ": it is no JSON"],
    ["[1]", ": expected a JSON object"],
    ['{"a":[1e999]}', ": a[0]: a number is not finite"],
    ['{"a":"\\ud800"}', ": a: a lone surrogate"],
    [`{"a":${"[".repeat(1_000)}${"]".repeat(1_000)}}`, "nested deeper than 1000 levels"],
    [Buffer.from([0x7b, 0x0a, 0xff, 0x7d]), ": line 2: not UTF-8"],
  ])("[CLI-7] a file of state with %j exits with 2 and says where it is wrong", async (content, message) => {
    const state = file("state.json", content);
    const { code, err } = await car("run", join(EXAMPLES, "good.json"), ...FILES, "--state", state);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(err).toContain(state);
  });
});
