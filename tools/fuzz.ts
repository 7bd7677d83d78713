import { spawn } from "node:child_process";
import { parseArgs } from "node:util";

/**
 * `npm run fuzz -- [--minutes 10]`: runs the tests that draw their cases, each in turn in a process of its own and with
 * another seed, until the time is over. Ends with 1, and with a command for each failure that repeats it, when one failed.
 */
interface Target {
  readonly name: string;
  readonly files: readonly string[];
  /** Variables that say how many cases are drawn. */
  readonly env?: Readonly<Record<string, string>>;
}

const TARGETS: readonly Target[] = [
  { name: "model", files: ["packages/engine/src/model.test.ts"], env: { CAR_CASES: "3000" } },
  { name: "replay", files: ["packages/engine/src/replay/replay-model.test.ts"], env: { CAR_REPLAY_CASES: "500" } },
  { name: "walk", files: ["packages/engine/src/run/walk.test.ts"], env: { CAR_WALKS: "1500" } },
  {
    name: "mcp",
    files: [
      "adapters/tools-mcp/src/read-result.test.ts",
      "adapters/tools-mcp/src/schema/ecma-pattern.test.ts",
      "adapters/tools-mcp/src/schema/usable-schema-properties.test.ts",
    ],
    env: { CAR_MCP_CASES: "5000" },
  },
  {
    name: "parsers",
    files: [
      "apps/cli/src/io/asker.test.ts",
      "apps/cli/src/setup/load-config.test.ts",
      "apps/cli/src/show/fit.test.ts",
      "packages/ir/src/config/parse-config.test.ts",
      "packages/ir/src/parse/scan-json.test.ts",
      "packages/ir/src/proposal/parse-fuzz.test.ts",
      "packages/ir/src/proposal/parse-proposal.test.ts",
      "packages/ir/src/reference/template.test.ts",
      "packages/ir/src/text/printable.test.ts",
      "packages/ir/src/time/rfc3339.test.ts",
      "packages/ir/src/tool/parse-tool-schema.test.ts",
      "packages/eventlog/src/node/read-jsonl.test.ts",
      "packages/eventlog/src/wire/event-line.test.ts",
      "packages/policy/src/document/json-source.test.ts",
      "packages/policy/src/document/parse-policy-document.test.ts",
    ],
  },
  {
    name: "models",
    files: [
      "packages/inference/src/answer/call-assembler.test.ts",
      "packages/inference/src/http/streams.test.ts",
      "packages/ir/src/json/lost-integers.test.ts",
      "packages/ir/src/parse/read-model-json.test.ts",
      "packages/agent/src/model/model-names.test.ts",
    ],
    env: { CAR_FUZZ_RUNS: "20000" },
  },
];

/** A process that takes longer than this hangs. */
const SLICE_MS = 180_000;
const TAIL_LINES = 40;

const { values } = parseArgs({ options: { minutes: { type: "string", default: "10" } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) {
  console.error("fuzz: --minutes must be a number above 0");
  process.exit(2);
}
const end = Date.now() + minutes * 60_000;
const failures: string[] = [];
for (let turn = 0; Date.now() < end; turn++) await take(TARGETS[turn % TARGETS.length]!);
console.log(failures.length === 0 ? "fuzz: nothing failed" : `fuzz: ${failures.length} failed\n${failures.join("\n")}`);
process.exitCode = failures.length === 0 ? 0 : 1;

/** One target with one seed. */
async function take({ name, files, env = {} }: Target): Promise<void> {
  const started = Date.now();
  const variables = { CAR_SEED: String(Math.floor(Math.random() * 2 ** 31)), ...env };
  const { verdict, output } = await vitest(files, variables);
  const settings = Object.entries(variables).map(([key, value]) => `${key}=${value}`);
  const command = [...settings, "npx vitest run", ...files].join(" ");
  console.log(`${name} ${settings.join(" ")}: ${verdict} after ${Math.round((Date.now() - started) / 1_000)} s`);
  if (verdict === "ok" || verdict === "stopped") return;
  console.error(`${output.trimEnd().split("\n").slice(-TAIL_LINES).join("\n")}\n  ${command}`);
  failures.push(command);
}

interface Ended {
  /** `stopped`: the whole time was over before it was. */
  readonly verdict: "ok" | "failed" | "hung" | "stopped";
  readonly output: string;
}

function vitest(files: readonly string[], variables: Readonly<Record<string, string>>): Promise<Ended> {
  const timeoutMs = Math.max(1, Math.min(SLICE_MS, end - Date.now()));
  // Threads end with their process, so nothing goes on when it is killed.
  const args = ["node_modules/vitest/vitest.mjs", "run", "--pool", "threads", ...files];
  const env = { ...process.env, NO_COLOR: "1", ...variables };
  const child = spawn(process.execPath, args, { env, timeout: timeoutMs, killSignal: "SIGKILL" });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const late = timeoutMs < SLICE_MS ? "stopped" : "hung";
      const verdict = code === 0 ? "ok" : signal === "SIGKILL" ? late : "failed";
      resolve({ verdict, output: Buffer.concat(chunks).toString("utf8") });
    });
  });
}
