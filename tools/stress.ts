import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { judgeStress } from "./stress/judge-stress.js";
import { runStress } from "./stress/run-stress.js";
import { DEFAULT_STRESS, type StressOptions } from "./stress/stress-options.js";

/**
 * `npm run stress -- [--seconds 60] [--seed 1] [--json FILE]`: 64 runtimes fight for 100 keys of one store. Ends with
 * 1 when the history is not serializable, an invariant breaks, somebody waits too long or forever, or something is lost.
 */
const { values } = parseArgs({
  options: { seconds: { type: "string" }, seed: { type: "string" }, json: { type: "string" } },
});
const options: StressOptions = {
  ...DEFAULT_STRESS,
  seconds: positive("--seconds", values.seconds, DEFAULT_STRESS.seconds),
  seed: positive("--seed", values.seed, DEFAULT_STRESS.seed),
};
const outcome = await runStress(options);
const problems = judgeStress(outcome, options);
const { started, ended, runsInLogs, waits, serializability, elapsedMs } = outcome;
const report = {
  ...options,
  proposals: started,
  ...ended,
  runs_with_children: runsInLogs,
  runs_per_second: Math.round(runsInLogs / (elapsedMs / 1_000)),
  lock_wait_ms: waits,
  serializable: serializability.serializable,
  judged_runs: serializability.runs,
  problems,
};
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
console.log(
  `${options.runtimes} runtimes, ${options.keys} keys, ${options.seconds} s: ${runsInLogs} runs ` +
    `(${ended.committed} committed, ${ended.rolled_back} rolled back, ${ended.canceled} canceled), ` +
    `${report.runs_per_second} per second`,
);
console.log(
  `waits for locks: median ${waits.p50.toFixed(1)} ms, p99 ${waits.p99.toFixed(1)} ms, longest ${waits.max.toFixed(1)} ms`,
);
for (const problem of problems) console.error(`stress: ${problem}`);
console.log(
  problems.length === 0
    ? `stress: serializable (${serializability.runs} committed runs), nothing lost, nobody starved`
    : `stress: ${problems.length} problems`,
);
// A run that hangs would keep the process alive.
process.exit(problems.length === 0 ? 0 : 1);

function positive(name: string, text: string | undefined, otherwise: number): number {
  const number = Number(text ?? otherwise);
  if (Number.isFinite(number) && number > 0) return number;
  console.error(`stress: ${name} must be a number above 0`);
  process.exit(2);
}
