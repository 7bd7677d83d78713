import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type DataRule, parsePolicyDocument } from "@car/policy/document";
import { measureCost } from "./cost.js";
import { readSuites, type Suite } from "./corpus.js";
import { derivePolicy } from "./derive-policy.js";
import { measureSuite, type SuiteFigures } from "./measure-suite.js";

const USAGE = "bench:policy -- --corpora DIR [--suites a,b] [--policy FILE] [--json FILE] [--print] | --cost";

const { values } = parseArgs({
  options: {
    corpora: { type: "string" },
    suites: { type: "string" },
    /** A policy document in the place of the rules that are derived. */
    policy: { type: "string" },
    json: { type: "string" },
    /** Also print the rules. */
    print: { type: "boolean", default: false },
    /** Measure what rules and label tracking cost; needs no corpus. */
    cost: { type: "boolean", default: false },
    rounds: { type: "string", default: "7" },
  },
});

if (values.cost) {
  const rows = await measureCost(Math.max(1, Number.parseInt(values.rounds, 10) || 7));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
  process.exit(0);
}

const corpora = values.corpora ?? process.env["CAR_CORPORA"];
const folder = corpora === undefined ? undefined : join(corpora, "agentdojo");
if (folder === undefined || !existsSync(folder)) {
  console.error(`no corpus at ${folder ?? "--corpora DIR"}; usage: ${USAGE}`);
  process.exit(2);
}

const given = values.policy === undefined ? undefined : readRules(values.policy);
const suites: Record<string, SuiteFigures & { rules: number }> = {};
for (const suite of readSuites(folder, values.suites?.split(","))) suites[suite.name] = await measure(suite);
const all = Object.values(suites);
const total = {
  pairs: sum(all.map(({ pairs }) => pairs)),
  user_tasks: sum(all.map(({ user_tasks }) => user_tasks)),
};
console.log(`\nall suites: ${JSON.stringify(total)}`);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify({ ...total, suites }, null, 2)}\n`);

async function measure(suite: Suite): Promise<SuiteFigures & { rules: number }> {
  const derived = derivePolicy(suite.tools);
  const rules = given ?? derived.rules;
  console.log(`\n${suite.name}: ${rules.length} rules, untrusted: ${[...derived.untrusted].join(", ")}`);
  if (values.print) for (const rule of rules) console.log(`   ${JSON.stringify(rule)}`);
  const figures = await measureSuite(suite, { untrusted: derived.untrusted, rules });
  console.log(`   pairs ${JSON.stringify(figures.pairs)}`);
  console.log(`   user tasks ${JSON.stringify(figures.user_tasks)}`);
  console.log(`   single calls ${JSON.stringify(figures.static_cases)}`);
  for (const { what, calls } of figures.misses) console.log(`   ${what}: ${calls.join("; ")}`);
  return { ...figures, rules: rules.length };
}

function readRules(file: string): readonly DataRule[] {
  const ending = file.split(".").at(-1);
  const format = ending === "toml" ? "toml" : ending === "json" ? "json" : "yaml";
  return parsePolicyDocument(readFileSync(file, "utf8"), { format, file }).rules;
}

function sum<T extends Record<string, number>>(parts: readonly T[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const part of parts) for (const [name, count] of Object.entries(part)) total[name] = (total[name] ?? 0) + count;
  return total;
}
