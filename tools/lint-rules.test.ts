import { ESLint } from "eslint";
import { describe, expect, it } from "vitest";
import { REPOSITORY } from "./lib/files.js";

/** The rules that forbid syntax, globals, properties and imports; none of them needs types. */
const eslint = new ESLint({
  cwd: REPOSITORY,
  ruleFilter: ({ ruleId }) => ruleId.startsWith("no-restricted-"),
  overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
});

/** What the rules say of `code` at `filePath`; the file need not exist. */
async function objections(filePath: string, code: string): Promise<readonly string[]> {
  const [result] = await eslint.lintText(code, { filePath });
  return result?.messages.map(({ message }) => message) ?? [];
}

const LIBRARY = "packages/state/src/commit.ts";

describe("determinism of packages/*", () => {
  it.each([
    "export const now = Date.now();",
    "export const at = new Date(0);",
    "export const start = performance.now();",
    "export const luck = Math.random();",
    "const { random } = Math; export const luck = random();",
    "export const id = crypto.randomUUID();",
    "export const id = globalThis.crypto.randomUUID();",
    "setTimeout(() => undefined, 1);",
    "globalThis.setTimeout(() => undefined, 1);",
    "export const signal = AbortSignal.timeout(1);",
    "export const home = process.env.HOME;",
    'export const page = fetch("http://localhost");',
    'import { readFileSync } from "node:fs"; readFileSync("a");',
    'import { readFile } from "fs/promises"; await readFile("a");',
    'export const order = "a".localeCompare("b");',
    'console.log("a");',
  ])("objects to %s", async (code) => {
    expect(await objections(LIBRARY, code)).toHaveLength(1);
  });

  it.each(["packages/engine/src/defaults/system-clock.ts", "packages/state/src/a.test.ts", "apps/cli/src/main.ts"])(
    "leaves %s alone",
    async (file) => {
      expect(await objections(file, 'import "node:fs"; export const now = Date.now();')).toEqual([]);
    },
  );

  it("lets src/node use Node", async () => {
    expect(await objections("packages/eventlog/src/node/file.ts", 'import "node:fs";')).toEqual([]);
  });

  it("lets ir/src/time format a given instant, but not read the clock", async () => {
    const file = "packages/ir/src/time/rfc3339.ts";
    expect(await objections(file, "export const text = (ms: number) => new Date(ms).toISOString();")).toEqual([]);
    expect(await objections(file, "export const now = new Date();")).toEqual(["Reads the clock."]);
    expect(await objections(file, "export const now = Date.now();")).toEqual(["Reads the clock."]);
  });
});

describe("syntax", () => {
  it.each([
    'export * from "./a.js";',
    "export default 1;",
    "export enum Color { Red }",
    "export namespace Colors { export const red = 1; }",
    "export class A { constructor(readonly a: number) {} }",
    'it.skip("later", () => undefined);',
  ])("objects to %s", async (code) => {
    expect(await objections(LIBRARY, code)).toHaveLength(1);
  });

  it("lets a config file have a default export", async () => {
    expect(await objections("packages/state/tsup.config.ts", "export default 1;")).toEqual([]);
  });
});
