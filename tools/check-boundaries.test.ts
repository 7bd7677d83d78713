import { describe, expect, it } from "vitest";
import { checkBoundaries } from "./check-boundaries.js";
import { withFiles } from "./lib/fixture.js";
import { formatProblem } from "./lib/report.js";

const library = (name: string, more: object = {}): string =>
  JSON.stringify({ name: `@car/${name}`, exports: { ".": {} }, dependencies: { "@car/ir": "workspace:^" }, ...more });

const WORKSPACE = {
  "package.json": JSON.stringify({ devDependencies: { vitest: "catalog:" } }),
  "packages/ir/package.json": library("ir", { dependencies: { zod: "1" }, exports: { ".": {}, "./ports": {} } }),
  "packages/state/package.json": library("state", { devDependencies: { schemas: "1" } }),
  "packages/policy/package.json": library("policy", { exports: { ".": {}, "./node": {} } }),
  "packages/engine/package.json": library("engine", {
    dependencies: { "@car/ir": "1", "@car/state": "1" },
    exports: { ".": {}, "./internal": {} },
  }),
  "apps/example-a/package.json": library("example-a", { dependencies: { "@car/engine": "1" } }),
  "adapters/tools-mcp/package.json": library("tools-mcp", { peerDependencies: { "@mcp/sdk": "1" } }),
  "apps/cli/package.json": library("cli", { dependencies: { "@car/engine": "1", "@car/policy": "1" } }),
};

/** What the check says of the workspace with `files` added. */
const objections = (files: Readonly<Record<string, string>>): Promise<readonly string[]> =>
  withFiles({ ...WORKSPACE, ...files }, (root) => checkBoundaries(root).map(formatProblem));

describe("checkBoundaries", () => {
  it("finds nothing wrong with a workspace that keeps to the table", async () => {
    const files = {
      "packages/ir/src/index.ts": `import * as z from "zod"; export type { A } from "./ports/index.js";`,
      "packages/state/src/index.ts": `import type { A } from "@car/ir/ports";`,
      "packages/state/src/index.test.ts": `import { it } from "vitest"; import { readFileSync } from "node:fs";`,
      "packages/state/src/data.ts": `import schema from "schemas/a.json" with { type: "json" };`,
      "packages/state/src/testing/any.ts": `import { fc } from "vitest";`,
      "packages/policy/src/node/index.ts": `import { readFileSync } from "node:fs"; import "../index.js";`,
      "packages/engine/src/create-runtime.ts": `import { memoryStateStore } from "@car/state";`,
      "packages/engine/src/run.test.ts": `import { memoryStateStore } from "@car/state";`,
      "packages/engine/src/defaults/store.ts": `import { memoryStateStore } from "@car/state";`,
      "adapters/tools-mcp/src/index.ts": `import { Client } from "@mcp/sdk/client"; import "node:path";`,
      "apps/cli/src/main.ts": `import { a } from "@car/policy/node"; import "@car/engine/internal";`,
    };
    expect(await objections(files)).toEqual([]);
  });

  it.each([
    ["packages/state/src/a.ts", `\n import "@car/engine"`, ":2: `@car/engine` is not a declared dependency"],
    ["packages/state/src/a.ts", `import "schemas/a.js"`, ":1: `schemas/a.js` is not a declared dependency"],
    ["packages/engine/src/a.ts", `import "@car/state"`, ":1: `@car/state` must not be imported here"],
    [
      "packages/engine/src/a.ts",
      `export { a } from "@car/ir/src/a"`,
      ":1: `@car/ir/src/a` is not in that package's exports map",
    ],
    [
      "packages/engine/src/a.ts",
      `await import("node:fs")`,
      ":1: `node:fs` exists only in Node; put the file under src/node",
    ],
    [
      "packages/policy/src/a.ts",
      `import "fs/promises"`,
      ":1: `fs/promises` exists only in Node; put the file under src/node",
    ],
    [
      "packages/policy/src/a.ts",
      `import "./node/b.js"`,
      ":1: `./node/b.js` is for Node only; a main entry runs in a browser too",
    ],
    ["packages/policy/src/a.ts", `import "./testing/b.js"`, ":1: `./testing/b.js` is for tests only"],
    [
      "packages/policy/src/a.ts",
      `import "../../ir/src/b.js"`,
      ":1: `../../ir/src/b.js` leaves the package; import its published entry",
    ],
    [
      "apps/example-a/src/a.ts",
      `import "@car/engine/internal"`,
      ":1: `@car/engine/internal` makes no promise to anybody outside",
    ],
    ["packages/state/src/a.ts", `import "vitest"`, ":1: `vitest` is not a declared dependency"],
    ["packages/state/src/a.ts", `import "@car/gone"`, ":1: `@car/gone` is no package of this workspace"],
    ["adapters/tools-mcp/src/a.ts", `import "@car/engine"`, ":1: `@car/engine` is not a declared dependency"],
  ])("objects to %s with %s", async (file, text, objection) => {
    expect(await objections({ [file]: text })).toEqual([file + objection]);
  });

  it.each([
    ["packages/state", { "@car/policy": "1" }, "must not depend on `@car/policy`"],
    ["packages/ir", { lodash: "1" }, "must not depend on `lodash`; a backend's client is a peer dependency"],
    [
      "adapters/tools-mcp",
      { "@mcp/sdk": "1" },
      "must not depend on `@mcp/sdk`; a backend's client is a peer dependency",
    ],
  ])("objects to %s depending on %o", async (folder, dependencies, objection) => {
    const name = folder.split("/").at(-1) ?? "";
    const manifest = library(name, { dependencies, exports: { ".": {}, "./ports": {} } });
    expect(await objections({ [`${folder}/package.json`]: manifest })).toEqual([
      `${folder}/package.json: ${objection}`,
    ]);
  });

  it("objects to modules that import one another when they run; types may", async () => {
    const files = {
      "packages/ir/src/a.ts": `import { b } from "./b.js";`,
      "packages/ir/src/b.ts": `export { c } from "./c.js";`,
      "packages/ir/src/c.ts": `import { type A } from "./a.js";`,
      "packages/state/src/a.ts": `import { b } from "./b.js";`,
      "packages/state/src/b.ts": `import type { A } from "./a.js";\nexport type { B } from "./a.js";`,
    };
    // The import of the third file stays when it is compiled: only `import type` goes.
    const [a, b, c] = Object.keys(files);
    expect(await objections(files)).toEqual([`${a}: imports itself when it runs: ${a} -> ${b} -> ${c} -> ${a}`]);
  });

  it("objects to a package that the table does not know", async () => {
    expect(await objections({ "packages/new/package.json": library("new") })).toEqual([
      "packages/new: has no row in tools/lib/dependency-table.ts",
    ]);
  });
});
