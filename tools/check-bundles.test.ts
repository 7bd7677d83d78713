import { expect, it } from "vitest";
import { checkBundleSizes } from "./check-bundles.js";
import { withFiles } from "./lib/fixture.js";
import { formatProblem } from "./lib/report.js";

const FILES = {
  "packages/a/package.json": JSON.stringify({ name: "@car/a", exports: { ".": {} } }),
  "packages/a/dist/index.js": `export { text } from "./text.js";`,
  "packages/a/dist/text.js": `export const text = "${"x".repeat(2048)}";`,
};

const objections = (budgets: Record<string, number>): Promise<readonly string[]> =>
  withFiles(FILES, async (root) => (await checkBundleSizes(root, new Map(Object.entries(budgets)))).map(formatProblem));

it("finds nothing wrong with a bundle within its budget", async () => {
  expect(await objections({ "@car/a": 3 })).toEqual([]);
});

it("objects to a bundle that is larger with what it imports", async () => {
  expect(await objections({ "@car/a": 2 })).toEqual([
    expect.stringMatching(/^packages\/a\/dist\/index\.js: is 2\.\d KiB minified, its budget is 2$/),
  ]);
});

it("objects to a library without a budget", async () => {
  expect(await objections({})).toEqual(["packages/a/dist/index.js: has no budget in tools/lib/bundle-budgets.ts"]);
});
