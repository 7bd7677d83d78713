import { expect, it } from "vitest";
import { checkBundles } from "./check-browser.js";
import { withFiles } from "./lib/fixture.js";
import { formatProblem } from "./lib/report.js";

const library = (entry: string): Record<string, string> => ({
  "packages/a/package.json": JSON.stringify({ name: "@car/a", exports: { ".": {}, "./node": {} } }),
  "packages/a/dist/index.js": entry,
  "packages/a/dist/node/index.js": `import "node:fs";`,
});

const objections = (entry: string): Promise<readonly string[]> =>
  withFiles(library(entry), async (root) => (await checkBundles(root)).map(formatProblem));

it("finds nothing wrong with a main entry without Node, whatever the ./node entry does", async () => {
  expect(await objections("export const a = globalThis.crypto;")).toEqual([]);
});

it.each([`import "node:fs";`, `import { join } from "path";`, `export const a = await import("node:crypto");`])(
  "objects to a main entry with %s",
  async (entry) => {
    const [objection = "", ...rest] = await objections(entry);
    expect(rest).toEqual([]);
    expect(objection).toMatch(
      /^packages\/a\/dist\/index\.js: Could not resolve "[a-z:]+" \(packages\/a\/dist\/index\.js:1\)$/,
    );
  },
);
