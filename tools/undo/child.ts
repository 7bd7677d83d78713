import { writeSync } from "node:fs";
import { join } from "node:path";
import { seededRandom } from "@car/conformance";
import { createRuntime, type Runtime } from "@car/engine";
import { durableStore, type DurableStore } from "@car/engine/node";
import { CarError, ToolError } from "@car/ir";
import type { Tool } from "@car/ir/ports";
import { diceOf } from "../crash/dice.js";
import { dieInStep } from "./dying-fs.js";
import { endOf } from "./end-of.js";
import { Journal } from "./journal.js";
import type { WorldCall } from "./world.js";
import { worldNamed } from "./worlds.js";

/** The process under test: recovers what the one before has left, and executes batches until it is killed or has done enough. */
export interface Orders {
  readonly world: string;
  readonly folder: string;
  readonly seed: number;
  /** The step of the file system to die in, 0 for none: counted from the start, or from the first batch on. */
  readonly dieAt: number;
  readonly dieFrom: "start" | "batches";
  readonly unfinished: "resume" | "rollback";
  readonly batches: number;
}

const orders = JSON.parse(process.argv[2] ?? "{}") as Orders;
const dice = diceOf(seededRandom(orders.seed));
const world = worldNamed(orders.world);
const thing = join(orders.folder, "thing");
const journal = new Journal(join(orders.folder, "journal.jsonl"));
const SPOIL: Tool = {
  schema: { name: "spoil", reversibility: "reversible", failures: "definite" },
  execute: () => {
    throw new ToolError("spoilt");
  },
};

main().catch((error: unknown) => {
  writeSync(2, `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});

async function main(): Promise<void> {
  if (orders.dieFrom === "start") dieInStep(orders.dieAt);
  const store = await open();
  const opened = await world.open(thing);
  const runtime = createRuntime({ durable: store, tools: [...opened.tools, SPOIL], random: () => 0.05 });
  await runtime.recover({ unfinished: orders.unfinished });
  let last = journal.entries().at(-1);
  if (last !== undefined && last.status === undefined) await end(store, last.batch, true);
  if (orders.dieFrom === "batches") dieInStep(orders.dieAt);
  writeSync(1, "ready");
  for (let count = 0; count < orders.batches; count++) {
    const batch = (last?.batch ?? 0) + 1;
    last = { batch, calls: callsOf(), before: await world.snapshot(thing) };
    journal.note(last);
    await execute(runtime, last);
    await end(store, batch, false);
  }
  await runtime.close();
  await opened.close();
  await store.close();
  process.exit(0);
}

/** The process before may have died before its claim said who it was. */
async function open(): Promise<DurableStore> {
  for (;;) {
    try {
      return await durableStore({ dir: join(orders.folder, "log"), leaseMs: 1_000 });
    } catch (error) {
      if (!CarError.isInstance(error) || error.code !== "CAR_LOG_LOCKED") throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** A third of the batches fail for sure. */
function callsOf(): readonly WorldCall[] {
  const calls = [...world.randomCalls(dice)];
  if (dice(3) === 0) calls.splice(dice(calls.length + 1), 0, { tool: "spoil", parameters: {} });
  return calls;
}

/** One of six is aborted. */
async function execute(
  runtime: Runtime,
  { batch, calls }: { readonly batch: number; readonly calls: readonly WorldCall[] },
): Promise<void> {
  const controller = new AbortController();
  const timer = dice(6) === 0 ? setTimeout(() => controller.abort(), dice(60)) : undefined;
  const actions = calls.map(({ tool, parameters }, index) => {
    const dependencies = index === 0 ? [] : [`a${index - 1}`];
    return { id: `a${index}`, type: "tool_call" as const, tool, parameters, dependencies };
  });
  await runtime.execute({ id: `batch-${batch}`, actions }, { signal: controller.signal });
  clearTimeout(timer);
}

async function end(store: DurableStore, batch: number, cut: boolean): Promise<void> {
  journal.note({ batch, cut, ...(await endOf(store.eventLog, `batch-${batch}`)), after: await world.snapshot(thing) });
}
