import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkApi, checkEntries } from "./check-exports.js";
import { withFiles } from "./lib/fixture.js";
import { formatProblem } from "./lib/report.js";

const REPORT = "packages/a/api/index.api.md";

const WORKSPACE = {
  "packages/a/package.json": JSON.stringify({
    name: "@car/a",
    exports: { ".": { import: { types: "./dist/index.d.ts" } }, "./package.json": "./package.json" },
  }),
  "packages/a/dist/index.d.ts": `
    export { make } from "./make.js";
    export declare const Schema: { readonly parse: () => Schema };
    export type Schema = string;
    export interface Options { readonly a: number }
    export declare class Failure extends Error {}`,
  "packages/a/dist/make.d.ts": "interface Hidden { readonly b: 1 }\nexport declare function make(how: Hidden): void;",
  "packages/a/src/index.ts": `export { make } from "./make.js";\nexport type { Options } from "./options.js";\n`,
};

/** Calls `body` with the workspace in which the reports are as the packages are now. */
const withReports = <T>(body: (root: string) => Promise<T>): Promise<T> =>
  withFiles(WORKSPACE, async (root) => {
    expect(await checkApi(root, { update: true })).toEqual([]);
    return body(root);
  });

const objections = async (root: string): Promise<readonly string[]> =>
  (await checkApi(root, { update: false })).map(formatProblem);

describe("checkApi", () => {
  it("finds nothing wrong with reports that were just written, which have the signatures, of what is not exported too", () =>
    withReports(async (root) => {
      expect(await objections(root)).toEqual([]);
      const report = readFileSync(join(root, REPORT), "utf8");
      expect(report).toContain("export function make(how: Hidden): void;");
      expect(report).toContain("interface Hidden {");
    }));

  it("objects to another signature, and says what it is and what to do", () =>
    withReports(async (root) => {
      const file = join(root, "packages/a/dist/make.d.ts");
      writeFileSync(file, readFileSync(file, "utf8").replace("): void", "): string"));
      expect(await objections(root)).toEqual([
        `${REPORT}: new: export function make(how: Hidden): string;`,
        `${REPORT}: gone: export function make(how: Hidden): void;`,
        `${REPORT}: is not what is exported; run \`npm run api\` and review the diff`,
      ]);
    }));

  it("objects to an entry without a report", () =>
    withReports(async (root) => {
      rmSync(join(root, REPORT));
      expect((await objections(root)).at(-1)).toBe(
        `${REPORT}: is not what is exported; run \`npm run api\` and review the diff`,
      );
    }));

  it("objects to the report of an entry that is gone, and removes it when asked to", () =>
    withReports(async (root) => {
      const left = "packages/a/api/node.api.md";
      writeFileSync(join(root, left), "");
      expect(await objections(root)).toEqual([`${left}: is of an entry that is gone; run \`npm run api\``]);
      await checkApi(root, { update: true });
      expect(await objections(root)).toEqual([]);
    }));
});

describe("checkEntries", () => {
  it("finds nothing wrong with an entry that lists names", async () => {
    expect(await withFiles(WORKSPACE, checkEntries)).toEqual([]);
  });

  it("objects to an entry of more than forty names, but for an internal one", async () => {
    const names = Array.from({ length: 41 }, (_, index) => `a${index}`).join(", ");
    const text = `export { ${names} } from "./a.js";`;
    const files = {
      "packages/a/package.json": JSON.stringify({ name: "@car/a", exports: { ".": {}, "./internal": {} } }),
      "packages/a/src/index.ts": text,
      "packages/a/src/internal/index.ts": text,
    };
    expect((await withFiles(files, checkEntries)).map(formatProblem)).toEqual([
      "packages/a/src/index.ts: lists 41 names; at most 40",
    ]);
  });

  it.each(['export * from "./make.js";', "export const a = 1;", 'import "./make.js";', "export { a };"])(
    "objects to %s in an entry",
    async (statement) => {
      const files = { ...WORKSPACE, "packages/a/src/index.ts": `// A comment.\n${statement}\n` };
      expect((await withFiles(files, checkEntries)).map(formatProblem)).toEqual([
        "packages/a/src/index.ts:2: an entry file only lists names: `export { a, b } from`",
      ]);
    },
  );
});
