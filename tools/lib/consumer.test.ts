import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Consumer, createConsumer } from "./consumer.js";
import { REPOSITORY } from "./files.js";
import { runCommand } from "./run-command.js";
import { withTemporaryFolder } from "./temporary-folder.js";

const PACKAGE = {
  "package.json": JSON.stringify({
    name: "@car/a",
    version: "0.1.0",
    type: "module",
    bin: { a: "./bin.js" },
    exports: { ".": { import: { types: "./index.d.ts", default: "./index.js" }, require: "./index.cjs" } },
  }),
  "index.js": "export const answer = 42;",
  "index.cjs": "exports.answer = 42;",
  "index.d.ts": "export declare const answer: number;",
  "bin.js": "#!/usr/bin/env node\nconsole.log('usage');",
};

/** Calls `body` with a project that can install the package above. */
const withConsumer = (body: (consumer: Consumer) => Promise<void>): Promise<void> =>
  withTemporaryFolder(async (folder) => {
    const source = join(folder, "source");
    mkdirSync(source);
    for (const [file, text] of Object.entries(PACKAGE)) writeFileSync(join(source, file), text);
    await runCommand(["npm", "pack", "--pack-destination", folder], { cwd: source, timeoutMs: 30_000 });
    const tarballs = new Map([["@car/a", join(folder, "car-a-0.1.0.tgz")]]);
    await body(createConsumer({ root: REPOSITORY, tarballs, folder: join(folder, "project") }));
  });

it("installs, loads and runs what keeps its promises, and names what does not", async () => {
  await withConsumer(async (consumer) => {
    expect(await consumer.install(["@car/a"])).toBeUndefined();
    expect(await consumer.load(["@car/a"])).toEqual([]);
    expect(await consumer.load(["@car/a/gone"])).toEqual([expect.stringContaining("ERR_PACKAGE_PATH_NOT_EXPORTED")]);
    expect(await consumer.help(["a"])).toEqual([]);
    expect(await consumer.help(["b"])).toEqual([expect.stringContaining("b --help failed")]);

    const honest = `import { answer } from "@car/a";\nconst n: number = answer;\nconsole.log(n);`;
    expect(await consumer.runExample(honest)).toEqual([]);
    const broken = `import { answer } from "@car/a";\nconst text: string = answer;\nthrow new Error(text);`;
    expect(await consumer.runExample(broken)).toEqual([
      expect.stringContaining("Type 'number' is not assignable to type 'string'"),
      expect.stringContaining("Error: 42"),
    ]);
  });
}, 90_000);
