import { writeSync } from "node:fs";
import { createRuntime } from "@car/engine";
import { durableStore, type DurableStore } from "@car/engine/node";
import { CarError } from "@car/ir";
import { seededRandom } from "@car/conformance";
import type { Runtime } from "@car/engine";
import { dyingFs } from "./dying-fs.js";
import type { Orders } from "./messages.js";
import { Line, toolsOf } from "./tools.js";
import { anyProposal } from "./workload.js";

/** The process under test: opens the store, recovers, and executes until it is killed or has done enough. */
const LANES = 8;
/** Long before the state would have as many keys. */
const SNAPSHOT_EVERY = 30;

const orders = JSON.parse(process.argv[2] ?? "{}") as Orders;
const line = new Line();
const random = seededRandom(orders.seed);
let steps = 0;

main().catch((error: unknown) => {
  writeSync(2, `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});

async function main(): Promise<void> {
  const store = await open();
  const { unfinishedRuns, snapshotSeq } = store.opened;
  line.say({ type: "opened", unfinished: unfinishedRuns, snapshotSeq });
  // Retries are not what is tested here, so they come soon.
  const runtime = createRuntime({ durable: store, tools: toolsOf(line), random: () => random() * 0.05 });
  await recover(runtime);
  await Promise.all(Array.from({ length: LANES }, (_, lane) => runLane(runtime, lane)).concat(compactOften(store)));
  await runtime.close();
  await store.close();
  line.say({ type: "ended" });
  process.disconnect?.();
}

/** The process before may have died before its claim said who it was. */
async function open(): Promise<DurableStore> {
  const fs = dyingFs(step);
  for (;;) {
    try {
      return await durableStore({
        dir: orders.dir,
        fs,
        snapshotEvery: SNAPSHOT_EVERY,
        segmentBytes: 24_000,
        leaseMs: 1_000,
        onError: (error) => writeSync(2, `${String(error)}\n`),
      });
    } catch (error) {
      if (!CarError.isInstance(error) || error.code !== "CAR_LOG_LOCKED") throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

function step(site: string): void {
  if (++steps !== orders.dieAt) return;
  writeSync(1, site);
  process.kill(process.pid, "SIGKILL");
}

async function recover(runtime: Runtime): Promise<void> {
  const { runs } = await runtime.recover({
    unfinished: orders.unfinished,
    onInDoubt: async ({ idempotency_key: key, parameters }) => {
      if (orders.doubt === "failed") return "failed";
      if (!(await line.hasActed(key))) return "rerun";
      return { output: { id: key.slice(0, 12), stuck: parameters["spoil"] === true } };
    },
  });
  const resumed = runs.filter(({ handled }) => handled === "resumed").length;
  const inDoubt = runs.reduce((sum, { in_doubt }) => sum + in_doubt.length, 0);
  line.say({ type: "recovered", resumed, rolledBack: runs.length - resumed, inDoubt });
}

async function runLane(runtime: Runtime, lane: number): Promise<void> {
  for (let index = 0; index < orders.proposals / LANES; index++) {
    const number = orders.generation * 1_000_000 + index;
    const controller = new AbortController();
    const isCanceled = random() < 0.1;
    if (isCanceled) setTimeout(() => controller.abort(), Math.floor(random() * 5));
    const result = await runtime.execute(anyProposal(random, { lane, number }), { signal: controller.signal });
    const { seq } = await runtime.eventLog.head();
    line.say({ type: "confirmed", run: result.run_id, status: result.status, seq });
  }
}

async function compactOften(store: DurableStore): Promise<void> {
  if (!orders.compact) return;
  for (let count = 0; count < 4; count++) {
    await new Promise((resolve) => setTimeout(resolve, 25));
    await store.compact();
  }
}
