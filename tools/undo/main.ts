import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { seededRandom } from "@car/conformance";
import { createRuntime } from "@car/engine";
import { bundleChild } from "../crash/bundle.js";
import { diceOf } from "../crash/dice.js";
import { REPOSITORY } from "../lib/files.js";
import { SEED } from "../lib/seed.js";
import { withTemporaryFolder } from "../lib/temporary-folder.js";
import type { Orders } from "./child.js";
import { Journal, type Entry } from "./journal.js";
import { differenceOf, judge, type Verdict } from "./judge.js";
import type { World } from "./world.js";
import { worldNamed, WORLDS } from "./worlds.js";

/**
 * Kills processes that execute batches with the tools of the undo kits, and holds what is left against what was there:
 * `npx tsx tools/undo/main.ts [--kills N] [--seed N] [--world NAME]`. Kills are shared out among the worlds. Half of the processes
 * die in a numbered step of the file system, the others at any time. Ends with 1 when anything was left without being named, lost or repeated.
 */
const KILLS_PER_THING = 15;
const BATCHES = 60;
const MAX_STEP = 2_000;
const MAX_MS = 500;

const { values } = parseArgs({
  options: { kills: { type: "string", default: "60" }, seed: { type: "string" }, world: { type: "string" } },
});
const kills = Math.max(1, Number(values.kills));
const dice = diceOf(seededRandom(Number(values.seed ?? SEED)));
const worlds = values.world === undefined ? WORLDS : [worldNamed(values.world)];

const objections = await withTemporaryFolder(async (folder) => {
  const program = await bundleChild(folder, "tools/undo/child.ts");
  let total = 0;
  for (const world of worlds) total += await tryWorld(world, { folder: join(folder, world.name), program });
  return total;
});
console.log(`${kills} kills: ${worlds.map(({ name }) => name).join(", ")}; ${objections} objections`);
process.exitCode = objections === 0 ? 0 : 1;

interface Place {
  readonly folder: string;
  readonly program: string;
}

async function tryWorld(world: World, { folder, program }: Place): Promise<number> {
  const wanted = Math.ceil(kills / worlds.length);
  let killed = 0;
  let repeated = 0;
  const all: Entry[] = [];
  const verdicts: Verdict[] = [];
  for (let thing = 0; killed < wanted; thing++) {
    const place = { folder: join(folder, String(thing)), program };
    mkdirSync(join(place.folder, "thing"), { recursive: true });
    await world.create(join(place.folder, "thing"));
    const target = Math.min(wanted, killed + KILLS_PER_THING);
    while (killed < target) killed += (await runChild(world, place, { isLast: false })) ? 1 : 0;
    await runChild(world, place, { isLast: true });
    const entries = new Journal(join(place.folder, "journal.jsonl")).entries();
    const verdict = judge(entries);
    if (world.isRepeatable && verdict.named === 0) {
      repeated++;
      verdict.objections.push(...(await repeat(world, { folder: place.folder, entries })));
    }
    all.push(...entries);
    verdicts.push(verdict);
  }
  const sum = (key: "committed" | "exact" | "named" | "needless"): number =>
    verdicts.reduce((total, verdict) => total + verdict[key], 0);
  const found = verdicts.flatMap((verdict) => verdict.objections);
  for (const objection of found.slice(0, 10)) console.error(`${world.name}: ${objection}`);
  for (const [reason, count] of reasonsOf(all)) console.log(`${world.name}: named ${count} times: ${reason}`);
  console.log(
    `${world.name}: ${killed} kills, ${all.length} batches, ${all.filter(({ cut }) => cut).length} of them cut short: ${sum("committed")} committed, ${sum("exact")} restored exactly ` +
      `(${all.reduce((total, { undone = 0 }) => total + undone, 0)} calls undone), ` +
      `${sum("named")} named, ${sum("needless")} named needlessly; ${repeated} of ${verdicts.length} things compared with a second one`,
  );
  return found.length;
}

/** True when it was killed. Rejects when it failed by itself. One of four deaths may come before the first batch: then recovery is killed. */
async function runChild(world: World, { folder, program }: Place, { isLast }: { isLast: boolean }): Promise<boolean> {
  const inStep = !isLast && dice(2) === 0;
  const dieFrom = dice(4) === 0 ? "start" : "batches";
  const orders: Orders = {
    world: world.name,
    folder,
    seed: dice(2 ** 32),
    dieAt: inStep ? 1 + Math.floor(MAX_STEP ** (dice(1_000) / 1_000)) : 0,
    dieFrom,
    unfinished: dice(2) === 0 ? "resume" : "rollback",
    batches: isLast ? 3 : BATCHES,
  };
  const ms = dice(MAX_MS);
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NODE_PATH: join(REPOSITORY, "tools/node_modules") };
    const child = spawn(process.execPath, [program, JSON.stringify(orders)], {
      stdio: ["ignore", "pipe", "pipe"],
      env,
    });
    let timer: NodeJS.Timeout | undefined;
    const kill = (): void => {
      if (!isLast && !inStep) timer = setTimeout(() => child.kill("SIGKILL"), ms);
    };
    if (dieFrom === "start") kill();
    else child.stdout.once("data", kill);
    let errors = "";
    child.stderr.on("data", (bytes: Buffer) => (errors += bytes.toString()));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0 || signal === "SIGKILL") resolve(signal === "SIGKILL");
      else reject(new Error(`the process ended with ${code ?? signal}: ${errors}\n${JSON.stringify(orders)}`));
    });
  });
}

/** Makes the calls of committed batches once more, on a second thing, in one process that nobody kills. */
async function repeat(
  world: World,
  { folder, entries }: { folder: string; entries: readonly Entry[] },
): Promise<readonly string[]> {
  const second = join(folder, "second");
  mkdirSync(second);
  await world.create(second);
  const opened = await world.open(second);
  const runtime = createRuntime({ tools: opened.tools });
  for (const { calls } of entries.filter(({ status }) => status === "committed")) {
    const actions = calls.map(({ tool, parameters }, index) => ({
      id: `a${index}`,
      type: "tool_call" as const,
      tool,
      parameters,
      dependencies: index === 0 ? [] : [`a${index - 1}`],
    }));
    await runtime.execute({ actions });
  }
  await runtime.close();
  await opened.close();
  const [before, after] = [await world.snapshot(second), entries.at(-1)?.after];
  return before === after ? [] : [`a call was lost or repeated:\n${differenceOf({ before, after })}`];
}

function reasonsOf(entries: readonly Entry[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const reason of entries.flatMap(({ named }) => named ?? [])) {
    const text = reason.replace(/`[^`]*`/g, "`…`").slice(0, 160);
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}
