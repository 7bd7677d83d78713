import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { seededRandom } from "@car/conformance";
import type { RandomSource } from "@car/ir/ports";
import { SEED } from "../lib/seed.js";
import { withTemporaryFolder } from "../lib/temporary-folder.js";
import { bundleChild } from "./bundle.js";
import { checkStore, type Verdict } from "./check-store.js";
import { type Death, type Ending, StoreTrial } from "./trial.js";

/**
 * Kills a process that executes proposals, again and again, and looks at what is left:
 * `npx tsx tools/crash/main.ts [--kills N] [--seed N] [--json FILE]`. Half of the processes die in a numbered step of
 * the file system, the others at any time. Ends with 1 when anything was lost, repeated or broken.
 */
const KILLS_PER_STORE = 25;
/** Proposals of a process that is not killed in time. */
const PROPOSALS = 4_000;
const LAST_PROPOSALS = 64;
/** Steps beyond this are as those before: the store rotates and snapshots several times by then. */
const MAX_STEP = 2_000;
/** Most proposals that a process confirms before it is killed at any time. */
const MAX_CONFIRMED = 120;

const { values } = parseArgs({
  options: { kills: { type: "string", default: "50" }, seed: { type: "string" }, json: { type: "string" } },
});
const kills = Math.max(1, Number(values.kills));
const seed = Number(values.seed ?? SEED);
const sites = new Map<string, number>();
let killed = 0;
let resumed = 0;
let rolledBack = 0;

const started = Date.now();
const verdicts = await withTemporaryFolder(runStores);
const total = addUp(verdicts);
for (const problem of total.problems.slice(0, 40)) console.error(problem);
const report = {
  kills: killed,
  confirmed_lost: total.confirmed_lost,
  repeated: total.repeated,
  in_doubt: total.in_doubt,
  chain_broken: total.chain_broken,
  state_differs: total.state_differs,
  other_problems: total.other,
  confirmed: total.confirmed,
  runs: total.runs,
  events: total.events,
  stores: verdicts.length,
  resumed,
  rolled_back: rolledBack,
  kill_sites: Object.fromEntries([...sites].sort()),
  seed,
  seconds: Math.round((Date.now() - started) / 1000),
};
console.log(JSON.stringify({ ...report, kill_sites: sites.size }));
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
process.exitCode = total.problems.length === 0 && killed >= kills ? 0 : 1;

async function runStores(folder: string): Promise<readonly Verdict[]> {
  const program = await bundleChild(folder);
  const random = seededRandom(seed);
  const all: Verdict[] = [];
  for (let index = 0; killed < kills; index++) {
    const trial = new StoreTrial(program, random);
    const dir = join(folder, `store${index}`);
    const target = Math.min(kills, killed + KILLS_PER_STORE);
    for (let generation = 0; killed < target; generation++) {
      await runOne(trial, { dir, generation, random, death: nextDeath(random), compact: index % 4 === 3 });
    }
    const last = { dir, generation: 4_000, random, death: { kind: "none" as const }, compact: false };
    await runOne(trial, last);
    all.push(await checkStore({ dir, ledger: trial.ledger, confirmations: trial.confirmations }));
    console.log(`store ${index}: ${killed} kills, ${trial.confirmations.length} proposals confirmed`);
  }
  return all;
}

interface Generation {
  readonly dir: string;
  readonly generation: number;
  readonly random: RandomSource;
  readonly death: Death;
  readonly compact: boolean;
}

async function runOne(trial: StoreTrial, { dir, generation, random, death, compact }: Generation): Promise<void> {
  const ending = await trial.run(
    {
      dir,
      generation,
      compact,
      seed: Math.floor(random() * 2 ** 32),
      dieAt: death.kind === "step" ? death.step : 0,
      unfinished: generation % 2 === 0 ? "resume" : "rollback",
      doubt: generation % 4 < 2 ? "failed" : "ask",
      proposals: death.kind === "none" ? LAST_PROPOSALS : PROPOSALS,
    },
    death,
  );
  count(ending);
}

function count({ killed: wasKilled, site, recovered }: Ending): void {
  if (wasKilled) {
    killed++;
    const key = site === "" ? "at any time" : site;
    sites.set(key, (sites.get(key) ?? 0) + 1);
  }
  resumed += recovered?.resumed ?? 0;
  rolledBack += recovered?.rolledBack ?? 0;
}

/** Early steps one by one, since opening and recovery are there, later ones further and further apart. */
function nextDeath(random: RandomSource): Death {
  if (killed % 2 === 0) return { kind: "step", step: Math.ceil(MAX_STEP ** ((killed + 2) / (kills + 2))) };
  const early = killed % 8 === 1;
  if (early) return { kind: "time", ms: Math.floor(random() * 400) };
  return { kind: "work", confirmed: 1 + Math.floor(random() * MAX_CONFIRMED), ms: Math.floor(random() * 10) };
}

function addUp(all: readonly Verdict[]): Verdict {
  const sum = (field: Exclude<keyof Verdict, "problems">): number =>
    all.reduce((total, each) => total + each[field], 0);
  return {
    confirmed: sum("confirmed"),
    confirmed_lost: sum("confirmed_lost"),
    repeated: sum("repeated"),
    in_doubt: sum("in_doubt"),
    chain_broken: sum("chain_broken"),
    events: sum("events"),
    runs: sum("runs"),
    state_differs: sum("state_differs"),
    other: sum("other"),
    problems: all.flatMap(({ problems }) => problems),
  };
}
