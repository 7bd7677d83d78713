import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createRuntime } from "@car/engine";
import type { ProposalResult } from "@car/ir";
import type { Tool } from "@car/ir/ports";
import { createSchemaCompiler } from "@car/validator";
import { RecordedCalls, type RecordedRun } from "./lib/recorded-calls.js";
import { runInPieces } from "./lib/run-in-pieces.js";

/**
 * Runs recorded plans: `npx tsx tools/eval-plans.ts --corpora DIR`. Below `DIR/tau`, each folder has `tools.json` and
 * `runs.jsonl`, a line of `{proposal, expected_statuses, calls[{action_id, tool, output | error}]}` each. Every call is
 * answered from its record; a call that has none is counted as extra.
 *
 * With `--resume-every K` each run is taken up again after every K-th of its calls: its log is cut there, as if the process had
 * ended, and another runtime opens it and recovers. Calls made before the cut are not answered a second time.
 */
interface Tally {
  runs: number;
  equal: number;
  extraCalls: number;
  resumes: number;
  readonly differing: string[];
}

/** Shared: what takes longest with so many runtimes is compiling the same schemas. */
const schemaCompiler = createSchemaCompiler();
const { values } = parseArgs({ options: { corpora: { type: "string" }, "resume-every": { type: "string" } } });
const every = values["resume-every"] === undefined ? undefined : Math.max(1, Number(values["resume-every"]));
const corpora = values.corpora ?? process.env["CAR_CORPORA"];
const root = join(corpora ?? "", "tau");
const folders = existsSync(root) ? readdirSync(root).map((name) => join(root, name)) : [];
if (corpora === undefined || !folders.some((folder) => existsSync(join(folder, "runs.jsonl")))) {
  console.error("eval-plans: give a folder with `tau/*/runs.jsonl` as --corpora DIR or in CAR_CORPORA");
  process.exit(2);
}

const tally: Tally = { runs: 0, equal: 0, extraCalls: 0, resumes: 0, differing: [] };
for (const folder of folders.filter((each) => existsSync(join(each, "runs.jsonl")))) await runFolder(folder);
console.log(
  `${tally.equal} of ${tally.runs} runs with equal statuses, ${tally.extraCalls} calls that are not recorded` +
    (every === undefined ? "" : `, ${tally.resumes} resumes`),
);
for (const each of tally.differing.slice(0, 20)) console.log(`  ${each}`);
process.exitCode = tally.equal === tally.runs && tally.extraCalls === 0 ? 0 : 1;

async function runFolder(folder: string): Promise<void> {
  const schemas = JSON.parse(readFileSync(join(folder, "tools.json"), "utf8")) as Tool["schema"][];
  const tools = schemas.map((schema) => ({ schema }));
  for (const line of readFileSync(join(folder, "runs.jsonl"), "utf8").split("\n")) {
    if (line === "") continue;
    const run = JSON.parse(line) as RecordedRun;
    const { result, extraCalls, resumes } =
      every === undefined ? await runOnce(tools, run) : await runInPieces({ tools, schemaCompiler, run, every });
    tally.runs++;
    tally.extraCalls += extraCalls;
    tally.resumes += resumes;
    const statuses = result.results.map(({ status }) => status);
    if (JSON.stringify(statuses) === JSON.stringify(run.expected_statuses)) tally.equal++;
    else tally.differing.push(difference(run, result));
  }
}

interface Outcome {
  readonly result: ProposalResult;
  readonly extraCalls: number;
  readonly resumes: number;
}

async function runOnce(tools: readonly Tool[], run: RecordedRun): Promise<Outcome> {
  const recorded = new RecordedCalls(run);
  const runtime = createRuntime({ tools, schemaCompiler, executor: recorded.executor });
  const result = await runtime.execute(run.proposal);
  await runtime.close();
  return { result, extraCalls: recorded.extra, resumes: 0 };
}

function difference({ task_id, expected_statuses }: RecordedRun, { results, cause }: ProposalResult): string {
  const got = results.map(({ status, error }) => (error === undefined ? status : `${status} (${error.slice(0, 60)})`));
  return `${task_id}: expected ${expected_statuses.join(", ")}; got ${got.join(", ")}; ${cause?.message ?? ""}`;
}
