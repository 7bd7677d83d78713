import { join } from "node:path";
import { build } from "esbuild";
import { REPOSITORY } from "../lib/files.js";
import { runCommand } from "../lib/run-command.js";
import { withTemporaryFolder } from "../lib/temporary-folder.js";

/**
 * `npm run test:mcp`: runs every client scenario of `@modelcontextprotocol/conformance` against a client made of `@car/tools-mcp`, under the Node that the
 * suite needs; and, as the suite ends with the protocol of 2025, the tests of the protocol of 2026 with the official server. Says SKIPPED where npm cannot
 * get the suite. Ends with 1 when a scenario that is not listed below fails, or one that is listed passes.
 */
const PACKAGES = ["node@24", "@modelcontextprotocol/conformance@0.1.16"];
const INSTALL_MS = 200_000;
const SCENARIO_MS = 60_000;
const TESTS_MS = 120_000;
const COLOURS = /\u001b\[[0-9;]*m/g;
/** Scenarios that fail, and why. */
const EXPECTED = new Map([
  ["elicitation-sep1034-client-defaults", "the client offers no elicitation"],
  ["auth/2025-03-26-oauth-metadata-backcompat", "the official client refuses an issuer that is not the one it asked"],
]);

process.exitCode = (await withTemporaryFolder(scenarios)) + (await newestProtocol());

/** 0 when all is as expected. */
async function scenarios(folder: string): Promise<number> {
  const flags = ["--no-audit", "--no-fund", "--no-package-lock", "--no-save", "--fetch-retries=1"];
  await runCommand(["npm", "install", "--prefix", folder, ...flags, ...PACKAGES], {
    cwd: folder,
    timeoutMs: INSTALL_MS,
  });
  const node = join(folder, "node_modules/node/bin/node");
  const suite = [node, join(folder, "node_modules/@modelcontextprotocol/conformance/dist/index.js")];
  const listed = await runCommand([...suite, "list"], { cwd: folder, timeoutMs: SCENARIO_MS });
  if (listed.code !== 0) {
    console.log("SKIPPED: npm could not install the conformance suite, so no scenario ran");
    return 0;
  }
  const client = join(folder, "client.mjs");
  await bundleClient(client);
  const names = namesIn(listed.output.slice(listed.output.indexOf("Client scenarios")));
  let passed = 0;
  let surprises = 0;
  for (const name of names) {
    const command = [...suite, "client", "--command", `${node} ${client}`, "--scenario", name];
    const { code, output } = await runCommand(command, { cwd: folder, timeoutMs: SCENARIO_MS });
    const reason = EXPECTED.get(name);
    if (code === 0) passed++;
    if ((code === 0) === (reason !== undefined)) {
      surprises++;
      console.error(output.replaceAll(COLOURS, "").split("\n").slice(-40).join("\n"));
    }
    const checks = /Passed: [\d/]+/.exec(output)?.[0] ?? "no result";
    console.log(
      `${code === 0 ? "passes" : "FAILS "} ${name}: ${checks}${code === 0 ? "" : `; ${reason ?? "unexpected"}`}`,
    );
  }
  console.log(`${passed} of ${names.length} scenarios pass; ${surprises} ended otherwise than expected`);
  return Math.min(surprises, 1);
}

function namesIn(list: string): readonly string[] {
  return [...list.matchAll(/^ {2}- (\S+)/gm)].map(([, name = ""]) => name);
}

function bundleClient(outfile: string): Promise<unknown> {
  return build({
    entryPoints: [join(import.meta.dirname, "client.ts")],
    bundle: true,
    platform: "node",
    format: "esm",
    outfile,
    logLevel: "error",
    tsconfig: join(REPOSITORY, "tsconfig.json"),
    // Some dependencies are CommonJS and load parts of Node when they run.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
}

async function newestProtocol(): Promise<number> {
  const vitest = join(REPOSITORY, "node_modules/vitest/vitest.mjs");
  const command = [process.execPath, vitest, "run", "adapters/tools-mcp/src/newest-protocol.test.ts"];
  const { code, output } = await runCommand(command, { cwd: REPOSITORY, timeoutMs: TESTS_MS });
  console.log(code === 0 ? `2026 protocol: ${/Tests .*/.exec(output.replaceAll(COLOURS, ""))?.[0]}` : output);
  return Math.min(code, 1);
}
