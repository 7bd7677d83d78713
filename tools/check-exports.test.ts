import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkApi, checkEntries } from "./check-exports.js";
import { withFiles } from "./lib/fixture.js";
import { formatProblem } from "./lib/report.js";

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
  "packages/a/dist/make.d.ts": "export declare function make(): void;",
  "packages/a/api.txt": ". class Failure\n. interface Options\n. const+type Schema\n. function make\n",
  "packages/a/src/index.ts": `export { make } from "./make.js";\nexport type { Options } from "./options.js";\n`,
};

describe("checkApi", () => {
  it("finds nothing wrong when the committed list names every export with its kind", async () => {
    expect(await withFiles(WORKSPACE, (root) => checkApi(root, { update: false }))).toEqual([]);
  });

  it("objects to a new export and to one that is gone", async () => {
    const committed = WORKSPACE["packages/a/api.txt"].replace("function make", "function build");
    const problems = await withFiles({ ...WORKSPACE, "packages/a/api.txt": committed }, (root) =>
      checkApi(root, { update: false }),
    );
    expect(problems.map(formatProblem)).toEqual([
      "packages/a/api.txt: new: . function make; run `npm run api` and review the diff",
      "packages/a/api.txt: gone: . function build; run `npm run api` and review the diff",
    ]);
  });

  it("writes the list when asked to", async () => {
    const written = await withFiles({ ...WORKSPACE, "packages/a/api.txt": "" }, (root) => {
      expect(checkApi(root, { update: true })).toHaveLength(0);
      return readFileSync(join(root, "packages/a/api.txt"), "utf8");
    });
    expect(written).toBe(WORKSPACE["packages/a/api.txt"]);
  });
});

describe("checkEntries", () => {
  it("finds nothing wrong with an entry that lists names", async () => {
    expect(await withFiles(WORKSPACE, checkEntries)).toEqual([]);
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
