import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { captured } from "../testing/captured.js";
import { UsageError } from "../usage-error.js";
import { parseConfig } from "./load-config.js";

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "car-config-"))));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string | Buffer): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const TOOL = '{ schema: { name: "t", reversibility: "reversible" }, execute: () => 1 }';
const PLAN = '{"actions":[{"id":"a","type":"tool_call","tool":"t"}]}';

describe("a configuration", () => {
  it.each([
    ["c.yaml", "tools: tools.mjs\nbudget: { max_tool_calls: 1 }\nlog: run.jsonl"],
    ["c.json", '\ufeff{"tools":["tools.mjs"],"policy":"p.yaml","state":{"k":1}}'],
    ["c.mjs", 'export default async () => ({ tools: "tools.mjs" });'],
    ["c.cjs", 'module.exports = { tools: "tools.mjs" };'],
  ])("[CLI-25] %s says what a plan is run against, from its own folder", async (name, text) => {
    file("tools.mjs", `export const tools = [${TOOL}];`);
    file("p.yaml", "version: 1\nrules: []");
    const config = file(name, text);
    for (const command of ["verify", "run"]) {
      expect(await captured([command, file("plan.json", PLAN), "--config", config])).toMatchObject({ code: 0 });
    }
  });

  it("[CLI-25] gives way to the command line, and is not looked at when it is not wanted", async () => {
    const config = file("d.yaml", "tools: none.mjs");
    const plan = file("plan.json", PLAN);
    const tools = file("tools.mjs", `export const tools = [${TOOL}];`);
    expect((await captured(["run", plan, "--config", config])).err).toMatch(/none\.mjs/);
    expect((await captured(["run", plan, "--config", config, "--tools", tools])).code).toBe(0);
    expect((await captured(["verify", plan, "--no-config"])).code).toBe(1);
  });

  it.each([
    ["tols: x", /c\.yaml:1:1: tols: unknown field, did you mean `tools`\?/],
    ["tools: x\nservers:\n  a:\n    comand: x", /c\.yaml:4:5: servers\.a\.comand: .*`command`/],
    ["servers:\n  a: { command: x, url: 'http://x' }", /either a `command` or a `url`/],
    ["servers:\n  a: { url: 'ftp://x' }", /c\.yaml:2:8: servers\.a\.url/],
    ["servers:\n  a: { command: x, tools: { t: { reversibilty: reversible } } }", /did you mean `reversibility`/],
    ["tools: [", /c\.yaml:1:9: not YAML/],
    ["tools: a\ntools: b", /c\.yaml:2:1: tools: stands twice/],
    ["budget: 3", /c\.yaml:1:1: budget/],
  ])("[CLI-25] %j is refused with its place", (text, message) => {
    expect(() => parseConfig(text, "yaml", "c.yaml")).toThrow(message);
  });

  it.each([
    ["servers: { a: { command: node, env: { T: '${env.CAR_NOT_SET}' } } }", /servers\.a\.env\.T: .*`CAR_NOT_SET`/],
    ["servers: { a: { command: node, args: ['${env.HOME}'] } }", /variables stand only in/],
    ["principals: { ann: {} }", /there is no `bob`, only ann/],
  ])("[CLI-25] %j is refused before anything is started", async (text, message) => {
    const argv = ["verify", file("plan.json", PLAN), "--config", file("e.yaml", text), "--principal", "bob"];
    expect(await captured(argv)).toMatchObject({ code: 2, err: expect.stringMatching(message) as string });
  });

  it("[CLI-25] whatever its text is, it is a configuration or a wrong one", () => {
    const anyText = fc.oneof(
      fc.string(),
      fc.json(),
      fc.string().map((text) => `tools: ${text}\nservers: {a: ${text}}`),
    );
    const law = fc.property(anyText, fc.constantFrom("yaml", "json", "toml"), (text, format) => {
      try {
        expect(typeof parseConfig(text, format as "yaml", "c")).toBe("object");
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
      }
    });
    fc.assert(law);
  });
});

describe("files as editors save them", () => {
  it("[CLI-26] are read, or named with their line", async () => {
    const tools = file("tools.mjs", `export const tools = [${TOOL}];`);
    const plan16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(PLAN, "utf16le")]);
    expect((await captured(["run", file("plan16.json", plan16), "--tools", tools])).code).toBe(0);
    const state = file("state.json", `\ufeff{\r\n"k": 1\r\n}`);
    expect((await captured(["run", file("plan.json", PLAN), "--tools", tools, "--state", state])).code).toBe(0);
    const damaged = await captured(["run", file("latin.json", Buffer.from([0x7b, 0x0a, 0xe9])), "--tools", tools]);
    expect(damaged).toMatchObject({ code: 3, err: expect.stringMatching(/latin\.json: line 2: not UTF-8/) as string });
    const log = await captured(["log", "show", file("other.jsonl", '{"level":30}\n')]);
    expect(log).toMatchObject({ code: 2, err: expect.stringMatching(/other\.jsonl: line 1: /) as string });
    const device = ["run", file("plan.json", PLAN), "--tools", tools, "--log", devNull];
    expect((await captured(device)).code).toBe(0);
    const into = ["run", file("plan.json", PLAN), "--tools", tools, "--log", join(folder, "other.jsonl")];
    expect(await captured(into)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/other\.jsonl: line 1: /) as string,
    });
  });
});

describe("a module of tools", () => {
  it.each([
    ["a.mjs", `export const tools = async () => [${TOOL}];`],
    ["b.mjs", `export default { tools: [${TOOL}] };`],
    ["c.mjs", `export default () => ({ tools: [${TOOL}], close() {} });`],
    ["a.cjs", `module.exports = Object.freeze({ tools: [${TOOL}] });`],
    ["b.cjs", `module.exports = () => [${TOOL}];`],
    ["c.cjs", `Object.defineProperty(exports, "__esModule", { value: true }); exports.default = { tools: [${TOOL}] };`],
  ])("[CLI-27] is read as %s: %s", async (name, text) => {
    const argv = ["run", file("plan.json", PLAN), "--tools", file(`tools-${name}`, text)];
    expect(await captured(argv)).toMatchObject({ code: 0 });
  });

  it.each([
    ["a.mjs", "export const tool = 1;", /export an array of tools as `tools`/],
    ["b.mjs", "throw new Error('no config');", /no config/],
    ["c.mjs", "export const tools = () => { throw new Error('no server'); };", /no server/],
    ["d.mjs", "export default null;", /export an array/],
  ])("[CLI-27] %s with %j is refused by its name", async (name, text, message) => {
    const argv = ["run", file("plan.json", PLAN), "--tools", file(`bad-${name}`, text)];
    expect(await captured(argv)).toMatchObject({ code: 2, err: expect.stringMatching(message) as string });
  });
});
