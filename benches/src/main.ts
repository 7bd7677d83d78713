import { fork } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { reached, type Row, type Workload } from "./row.js";
import { oneAction } from "./workloads/w1-one-action.js";
import { independent } from "./workloads/w2-independent.js";
import { chain } from "./workloads/w3-chain.js";
import { layers } from "./workloads/w4-layers.js";
import { growth } from "./workloads/w5-growth.js";
import { stateSize } from "./workloads/w6-state-size.js";
import { events } from "./workloads/w7-events.js";
import { concurrent } from "./workloads/w8-concurrent.js";
import { bytes } from "./workloads/w10-bytes.js";
import { fresh } from "./workloads/w11-fresh.js";
import { opening } from "./workloads/w12-opening.js";
import { imports } from "./workloads/w13-imports.js";
import { parsing } from "./workloads/w9-parse.js";
import { durable } from "./workloads/d1-durable.js";
import { durableChain } from "./workloads/d2-durable-chain.js";
import { recovery } from "./workloads/d3-recovery.js";

const WORKLOADS: readonly Workload[] = [
  oneAction,
  independent,
  chain,
  layers,
  growth,
  stateSize,
  events,
  concurrent,
  parsing,
  bytes,
  fresh,
  opening,
  imports,
  durable,
  durableChain,
  recovery,
];

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    rounds: { type: "string", default: "5" },
    json: { type: "string" },
    /** Set by this program for its own child processes: the one workload to run. */
    child: { type: "string" },
  },
});
const rounds = Math.max(1, Number.parseInt(values.rounds, 10) || 5);
const wanted = values.only?.toUpperCase().split(",");

if (values.child === undefined) await runAll();
else process.send?.(await WORKLOADS.find(({ id }) => id === values.child)!.run(rounds));

/** Each workload has a process of its own: what one of them loads or leaves behind cannot slow the next. */
async function runAll(): Promise<void> {
  const rows: Row[] = [];
  console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? "?"}, medians of ${rounds} rounds`);
  for (const { id, about, execArgv = [] } of WORKLOADS) {
    if (wanted !== undefined && !wanted.includes(id)) continue;
    console.log(`\n${id}  ${about}`);
    for (const row of await runApart(id, execArgv)) {
      rows.push(row);
      console.log(line(row));
    }
  }
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ node: process.version, rounds, rows }, null, 2)}\n`);
}

function runApart(id: string, execArgv: readonly string[]): Promise<readonly Row[]> {
  return new Promise((resolve, reject) => {
    const child = fork(import.meta.filename, ["--child", id, "--rounds", String(rounds)], {
      execArgv: [...process.execArgv, ...execArgv],
    });
    let rows: readonly Row[] | undefined;
    child.on("message", (message) => (rows = message as readonly Row[]));
    child.on("error", reject);
    child.on("exit", (code) => {
      if (rows !== undefined && code === 0) resolve(rows);
      else reject(new Error(`${id} ended with exit code ${code}`));
    });
  });
}

function line(row: Row): string {
  const ratio = row.ratio === undefined ? "" : `${row.ratio.toFixed(2)}x ${row.against ?? ""}`;
  const cpu = row.cpu === undefined ? "" : `cpu ${format(row.cpu)}, ${row.cpuRatio?.toFixed(2)}x`;
  const goal =
    row.goal === undefined
      ? ""
      : `goal ${row.atLeast === true ? ">=" : "<="} ${row.goal} ${reached(row) === true ? "reached" : "MISSED"}`;
  return `   ${row.side.padEnd(46)} ${format(row.value).padStart(10)} ${row.unit.padEnd(22)} ${ratio.padEnd(26)} ${cpu.padEnd(20)} ${goal}`.trimEnd();
}

function format(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}
