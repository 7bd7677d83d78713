import { join } from "node:path";
import { REPOSITORY } from "./lib/files.js";
import { runCommand } from "./lib/run-command.js";
import { withTemporaryFolder } from "./lib/temporary-folder.js";

/**
 * `npx tsx tools/ci-node.ts 22`: runs the tests under another version of Node, whose binary npm installs into a temporary
 * folder, with fewer random cases. Says SKIPPED where npm cannot get it. Ends with 1 when a test failed.
 */
const INSTALL_MS = 100_000;
const SUITE_MS = 780_000;
const TAIL_LINES = 60;
/** Other versions differ in what they are, not in the cases that are drawn. */
const CASES = { CAR_CASES: "300", CAR_REPLAY_CASES: "20", CAR_WALKS: "40", CAR_SESSION_CASES: "15" };

const major = process.argv[2] ?? "";
if (!/^\d+$/.test(major)) {
  console.error("ci-node: name a major version of Node, such as 22");
  process.exit(2);
}
process.exitCode = await withTemporaryFolder(runThere);

async function runThere(folder: string): Promise<number> {
  const bin = join(folder, "node_modules/node/bin/node");
  const flags = ["--no-audit", "--no-fund", "--no-package-lock", "--no-save", "--fetch-retries=1"];
  await runCommand(["npm", "install", "--prefix", folder, ...flags, `node@${major}`], {
    cwd: folder,
    timeoutMs: INSTALL_MS,
  });
  const { code, output: version } = await runCommand([bin, "--version"], { cwd: folder, timeoutMs: 10_000 });
  if (code !== 0 || !version.startsWith(`v${major}.`)) {
    console.log(`SKIPPED: npm could not install Node ${major}, so no test ran under it`);
    return 0;
  }
  // Tests that start a program by its name start this one, too.
  process.env["PATH"] = `${join(folder, "node_modules/node/bin")}:${process.env["PATH"] ?? ""}`;
  Object.assign(process.env, CASES);
  const vitest = join(REPOSITORY, "node_modules/vitest/vitest.mjs");
  const ended = await runCommand([bin, vitest, "run", "--reporter=dot"], { cwd: REPOSITORY, timeoutMs: SUITE_MS });
  console.log(ended.output.split("\n").slice(-TAIL_LINES).join("\n"));
  console.log(`Node ${version}: ${ended.code === 0 ? "all tests passed" : "tests failed"}`);
  return ended.code;
}
