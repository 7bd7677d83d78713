import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createRuntime } from "@car/engine";
import { type ProposalResult, ToolError } from "@car/ir";
import type { Executor, Tool } from "@car/ir/ports";

/**
 * Runs recorded plans: `npx tsx tools/eval-plans.ts --corpora DIR`. Below `DIR/tau`, each folder has `tools.json` and
 * `runs.jsonl`, a line of `{proposal, expected_statuses, calls[{action_id, tool, output | error}]}` each. Every call is
 * answered from its record; a call that has none is counted as extra.
 */
interface RecordedRun {
  readonly task_id: string;
  readonly proposal: object;
  readonly expected_statuses: readonly string[];
  readonly calls: readonly {
    readonly action_id: string;
    readonly tool: string;
    readonly output?: unknown;
    readonly error?: string;
  }[];
}

interface Tally {
  runs: number;
  equal: number;
  extraCalls: number;
  readonly differing: string[];
}

const { values } = parseArgs({ options: { corpora: { type: "string" } } });
const corpora = values.corpora ?? process.env["CAR_CORPORA"];
const root = join(corpora ?? "", "tau");
const folders = existsSync(root) ? readdirSync(root).map((name) => join(root, name)) : [];
if (corpora === undefined || !folders.some((folder) => existsSync(join(folder, "runs.jsonl")))) {
  console.error("eval-plans: give a folder with `tau/*/runs.jsonl` as --corpora DIR or in CAR_CORPORA");
  process.exit(2);
}

const tally: Tally = { runs: 0, equal: 0, extraCalls: 0, differing: [] };
for (const folder of folders.filter((each) => existsSync(join(each, "runs.jsonl")))) await runFolder(folder);
console.log(
  `${tally.equal} of ${tally.runs} runs with equal statuses, ${tally.extraCalls} calls that are not recorded`,
);
for (const each of tally.differing.slice(0, 20)) console.log(`  ${each}`);
process.exitCode = tally.equal === tally.runs && tally.extraCalls === 0 ? 0 : 1;

async function runFolder(folder: string): Promise<void> {
  const schemas = JSON.parse(readFileSync(join(folder, "tools.json"), "utf8")) as Tool["schema"][];
  const runtime = createRuntime({ tools: schemas.map((schema) => ({ schema })) });
  for (const line of readFileSync(join(folder, "runs.jsonl"), "utf8").split("\n")) {
    if (line !== "") await runOne(runtime, JSON.parse(line) as RecordedRun);
  }
  await runtime.close();
}

async function runOne(runtime: ReturnType<typeof createRuntime>, run: RecordedRun): Promise<void> {
  const result = await runtime.execute(run.proposal, { executor: replay(run) });
  const statuses = result.results.map(({ status }) => status);
  tally.runs++;
  if (JSON.stringify(statuses) === JSON.stringify(run.expected_statuses)) tally.equal++;
  else tally.differing.push(difference(run, result));
}

function replay({ calls }: RecordedRun): Executor {
  const left = new Map(calls.map((call) => [call.action_id, call]));
  return ({ actionId, tool }) => {
    const call = left.get(actionId);
    left.delete(actionId);
    if (call === undefined || call.tool !== tool) {
      tally.extraCalls++;
      throw new ToolError("this call is not recorded");
    }
    if (call.error !== undefined) throw new ToolError(call.error);
    return call.output;
  };
}

function difference({ task_id, expected_statuses }: RecordedRun, { results, cause }: ProposalResult): string {
  const got = results.map(({ status, error }) => (error === undefined ? status : `${status} (${error.slice(0, 60)})`));
  return `${task_id}: expected ${expected_statuses.join(", ")}; got ${got.join(", ")}; ${cause?.message ?? ""}`;
}
