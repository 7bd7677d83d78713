import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Captured, captured } from "./testing/captured.js";

const EXAMPLES = fileURLToPath(new URL("../examples/", import.meta.url));
const POLICY = join(EXAMPLES, "policy.yaml");
let folder: string;

beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "car-policy-"))));
afterAll(() => rmSync(folder, { recursive: true }));

const policy = (...argv: string[]): Promise<Captured> => captured(["policy", ...argv]);

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("car policy check", () => {
  it("[CLI-11] passes a valid policy, with warnings, and names the line of each problem of another", async () => {
    const tools = ["--tools", join(EXAMPLES, "tools.js")];
    expect(await policy("check", POLICY, ...tools)).toMatchObject({ code: 0, out: "valid  2 rules" });
    const odd = file("odd.yaml", "version: 1\nrules:\n  - type: deny_tool\n    tool: pya\n");
    const warned = await policy("check", odd, ...tools);
    expect([warned.code, warned.out]).toEqual([
      0,
      expect.stringContaining("odd.yaml:3:5: rules[0]: there is no tool `pya`"),
    ]);
    const bad = file(
      "bad.yaml",
      "version: 1\nrules:\n  - type: deny_tol\n    tool: a\n  - type: deny_tool_param\n    tool: a\n    param: p\n    matches: '('\n",
    );
    const { code, out } = await policy("check", bad);
    expect(code).toBe(1);
    expect(out).toMatch(/^invalid\n/);
    expect(out).toContain("bad.yaml:3:");
    expect(out).toMatch(/bad.yaml:8:\d+: rules\[1\].matches: is no RE2 pattern/);
    expect(JSON.parse((await policy("check", bad, "--json")).out)).toMatchObject({ valid: false });
  });
});

describe("car policy test", () => {
  it("[CLI-12] prints each case and exits with 1 when one fails", async () => {
    const good = await policy("test", POLICY, join(EXAMPLES, "cases.yaml"));
    expect([good.code, good.out]).toEqual([
      0,
      expect.stringMatching(/^✓ small payments(.|\n)*3 cases passed, 0 failed$/),
    ]);
    const cases = readFileSync(join(EXAMPLES, "cases.yaml"), "utf8").replace("expect: deny", "expect: allow");
    const bad = await policy("test", POLICY, file("cases.yaml", cases));
    expect(bad.code).toBe(1);
    expect(bad.out).toContain("✗ nobody pays mallory\n    expected allow, got deny\n    deny_tool_param:pay.to: ");
  });
});

describe("car policy explain", () => {
  it("[CLI-13] tells what each rule says and what would have to change", async () => {
    const action = '{"tool":"pay","parameters":{"amount":500,"to":"bob"}}';
    const { code, out } = await policy("explain", POLICY, "--action", action);
    expect(code).toBe(0);
    expect(out).toMatch(/^\? require_approval\n {2}– deny_tool_param:pay.to {2}nothing to say\n/);
    expect(out).toContain("it would be allowed if:\n  • require_approval:pay: somebody approves");
    const state = file("state.json", '{"k":1}');
    const asked = await policy("explain", POLICY, "--action", file("a.json", action), "--state", state, "--json");
    expect(JSON.parse(asked.out)).toMatchObject({ decision: { effect: "require_approval" } });
  });
});

describe("car policy diff", () => {
  it("[CLI-16] exits with 0 for what lets nothing more through, and shows an example of everything else", async () => {
    const text = readFileSync(POLICY, "utf8");
    const stricter = file("stricter.yaml", `${text}  - type: deny_tool\n    tool: shell\n`);
    const narrowing = await policy("diff", POLICY, stricter);
    expect([narrowing.code, narrowing.out]).toEqual([0, "narrowing\n  - allow → deny: shell {}"]);
    const expansion = await policy("diff", stricter, POLICY);
    expect([expansion.code, expansion.out]).toEqual([1, "expansion\n  + deny → allow: shell {}"]);
    expect(JSON.parse((await policy("diff", POLICY, POLICY, "--json")).out)).toMatchObject({ verdict: "equal" });
    const keyword = file("keyword.yaml", `${text}  - type: deny_keyword\n    keywords: [x]\n`);
    const { code, out } = await policy("diff", POLICY, keyword);
    expect([code, out]).toEqual([1, expect.stringMatching(/^undecided\n {2}\? undecided because of `deny_keyword/)]);
  });
});

describe("car policy replay", () => {
  it("[CLI-14] lists the decisions of a log that the policy would make otherwise", async () => {
    const log = join(folder, "log.jsonl");
    const run = ["run", join(EXAMPLES, "good.json"), "--tools", join(EXAMPLES, "tools.js"), "--policy", POLICY];
    expect((await captured([...run, "--log", log])).code).toBe(0);
    expect(await policy("replay", log, "--policy", POLICY)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^same/) as string,
    });
    const strict = file("strict.yaml", "version: 1\nrules:\n  - type: deny_tool\n    tool: '*'\n");
    const { code, out } = await policy("replay", log, "--policy", strict);
    expect([code, out]).toEqual([1, expect.stringMatching(/^DIFFERENT {2}.*\n {2}rent: allow → deny/)]);
    expect(out).toContain("deny_tool:*: ");
    const text = readFileSync(log, "utf8");
    const open = file("open.jsonl", text.slice(0, text.indexOf("\n", text.indexOf('"kind":"policy_decided"')) + 1));
    expect(await policy("replay", open, "--policy", POLICY)).toMatchObject({ code: 0 });
    const bare = text.split("\n").filter((line) => !line.includes('"kind":"config_changed"'));
    const undecided = await policy("replay", file("bare.jsonl", bare.join("\n")), "--policy", POLICY);
    expect([undecided.code, undecided.out]).toEqual([
      1,
      expect.stringMatching(/^UNDECIDED .*\n {2}– \w+, event \d+, run \w+ was not decided: the log does not say/),
    ]);
    const damaged = file("damaged.jsonl", readFileSync(log, "utf8").replace(/"kind":"[a-z_]+"/, '"kind":'));
    expect(await policy("replay", damaged, "--policy", strict)).toMatchObject({
      code: 2,
      err: expect.stringContaining("damaged.jsonl") as string,
    });
  });
});

describe("bad usage", () => {
  it.each([
    [["check", "none.yaml"], "none.yaml"],
    [["check", "rules.txt"], "ends in .yaml"],
    [["diff", POLICY, "none.yaml"], "none.yaml"],
    [["test", POLICY, "none.yaml"], "none.yaml"],
    [["test", POLICY, POLICY], "unknown field"],
    [["test", POLICY], "missing required argument"],
    [["explain", POLICY, "--action", "{"], "--action: it is no JSON"],
    [
      ["explain", POLICY, "--action", '{"type":"state_read","parameters":{"key":1e999}}'],
      "parameters.key: a number is not finite",
    ],
    [["explain", POLICY, "--action", '{"tol":"x"}'], "action.tol"],
    [["explain", POLICY], "required option '--action"],
    [["replay", "none.jsonl", "--policy", POLICY], "none.jsonl"],
    [["replay", "none.jsonl", "--policy", "none.yaml"], "none.yaml"],
  ])("[CLI-15] `car policy %j` exits with 2 and says what is wrong", async (argv, message) => {
    const { code, err } = await policy(...argv);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    expect(err).not.toContain("    at ");
  });
});
