import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { seededRandom } from "@car/conformance";
import { SEED } from "../lib/seed.js";
import { withTemporaryFolder } from "../lib/temporary-folder.js";
import { bundleChild } from "./bundle.js";
import { checkStore, type Verdict } from "./check-store.js";
import { type Death, OCCASIONS } from "./death.js";
import { diceOf } from "./dice.js";
import { type Ending, StoreTrial } from "./trial.js";

/**
 * Kills a process that executes proposals, again and again, and looks at what is left:
 * `npx tsx tools/crash/main.ts [--kills N] [--seed N] [--json FILE]`. Half of the processes die in a numbered step of
 * the file system, the others at any time, or a moment after something that can be seen from outside. Ends with 1 when
 * anything was lost, repeated or broken.
 */
const KILLS_PER_STORE = 25;
/** Proposals of a process that is not killed in time. */
const PROPOSALS = 4_000;
const LAST_PROPOSALS = 64;
/** Steps beyond this are as those before: the store rotates and snapshots several times by then. */
const MAX_STEP = 2_000;
/** Most times that a process does something before it is killed for it. */
const MAX_DONE = 30;

const { values } = parseArgs({
  options: { kills: { type: "string", default: "50" }, seed: { type: "string" }, json: { type: "string" } },
});
const kills = Math.max(1, Number(values.kills));
const seed = Number(values.seed ?? SEED);
const dice = diceOf(seededRandom(seed));
const sites = new Map<string, number>();
let killed = 0;
let resumed = 0;
let rolledBack = 0;
let approved = 0;

const started = Date.now();
const verdicts = await withTemporaryFolder(runStores);
const { problems, ...total } = addUp(verdicts);
for (const problem of problems.slice(0, 40)) console.error(problem);
const report = {
  kills: killed,
  ...total,
  approved,
  stores: verdicts.length,
  resumed,
  rolled_back: rolledBack,
  kill_sites: Object.fromEntries([...sites].sort()),
  seed,
  seconds: Math.round((Date.now() - started) / 1000),
};
console.log(JSON.stringify({ ...report, kill_sites: sites.size }));
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
process.exitCode = problems.length === 0 && killed >= kills ? 0 : 1;

async function runStores(folder: string): Promise<readonly Verdict[]> {
  const program = await bundleChild(folder);
  const all: Verdict[] = [];
  for (let index = 0; killed < kills; index++) {
    const dir = join(folder, `store${index}`);
    const approvals = `${dir}-approvals.jsonl`;
    const trial = new StoreTrial(program, approvals, dice);
    const target = Math.min(kills, killed + KILLS_PER_STORE);
    const place = { dir, approvals, compact: index % 4 === 3 };
    for (let generation = 0; killed < target; generation++) {
      await runOne(trial, { ...place, generation, death: nextDeath() });
    }
    await runOne(trial, { ...place, generation: 4_000, death: { kind: "none" }, compact: false });
    all.push(await checkStore({ dir, ledger: trial.ledger, confirmations: trial.confirmations }));
    approved += trial.approvals.approved;
    console.log(`store ${index}: ${killed} kills, ${trial.confirmations.length} answers confirmed`);
  }
  return all;
}

interface Generation {
  readonly dir: string;
  readonly approvals: string;
  readonly generation: number;
  readonly death: Death;
  readonly compact: boolean;
}

async function runOne(trial: StoreTrial, { generation, death, ...place }: Generation): Promise<void> {
  const ending = await trial.run(
    {
      ...place,
      generation,
      seed: dice(2 ** 32),
      dieAt: death.kind === "step" ? death.step : 0,
      unfinished: generation % 2 === 0 ? "resume" : "rollback",
      doubt: generation % 4 < 2 ? "failed" : "ask",
      proposals: death.kind === "none" ? LAST_PROPOSALS : PROPOSALS,
    },
    death,
  );
  count(ending, death);
}

function count({ killed: wasKilled, site, recovered }: Ending, death: Death): void {
  if (wasKilled) {
    killed++;
    const key = death.kind === "work" ? `after ${death.occasion}` : site === "" ? "at any time" : site;
    sites.set(key, (sites.get(key) ?? 0) + 1);
  }
  resumed += recovered?.resumed ?? 0;
  rolledBack += recovered?.rolledBack ?? 0;
}

/** Early steps one by one, since opening and recovery are there, later ones further and further apart. */
function nextDeath(): Death {
  if (killed % 2 === 0) return { kind: "step", step: Math.ceil(MAX_STEP ** ((killed + 2) / (kills + 2))) };
  const early = killed % 8 === 1;
  if (early) return { kind: "time", ms: dice(400) };
  return { kind: "work", occasion: OCCASIONS[dice(OCCASIONS.length)]!, count: 1 + dice(MAX_DONE), ms: dice(10) };
}

function addUp(all: readonly Verdict[]): Verdict {
  return all.reduce((left, right) => {
    const { problems, ...counts } = left;
    const sums = (Object.keys(counts) as (keyof typeof counts)[]).map((name) => [name, left[name] + right[name]]);
    return { ...(Object.fromEntries(sums) as typeof counts), problems: [...problems, ...right.problems] };
  });
}
