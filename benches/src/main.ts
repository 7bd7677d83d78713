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

const WORKLOADS: readonly Workload[] = [oneAction, independent, chain, layers, growth, stateSize, events, concurrent];

const { values } = parseArgs({
  options: { only: { type: "string" }, rounds: { type: "string", default: "5" }, json: { type: "string" } },
});
const rounds = Math.max(1, Number.parseInt(values.rounds, 10) || 5);
const wanted = values.only?.toUpperCase().split(",");

const rows: Row[] = [];
console.log(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? "?"}, medians of ${rounds} rounds`);
for (const workload of WORKLOADS) {
  if (wanted !== undefined && !wanted.includes(workload.id)) continue;
  console.log(`\n${workload.id}  ${workload.about}`);
  for (const row of await workload.run(rounds)) {
    rows.push(row);
    console.log(line(row));
  }
}
if (values.json !== undefined)
  writeFileSync(values.json, `${JSON.stringify({ node: process.version, rounds, rows }, null, 2)}\n`);

function line(row: Row): string {
  const ratio = row.ratio === undefined ? "" : `${row.ratio.toFixed(2)}x ${row.against ?? ""}`;
  const goal =
    row.goal === undefined
      ? ""
      : `goal ${row.atLeast === true ? ">=" : "<="} ${row.goal} ${reached(row) === true ? "reached" : "MISSED"}`;
  return `   ${row.side.padEnd(46)} ${format(row.value).padStart(10)} ${row.unit.padEnd(22)} ${ratio.padEnd(26)} ${goal}`.trimEnd();
}

function format(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}
