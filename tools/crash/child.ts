import { writeSync } from "node:fs";
import { seededRandom } from "@car/conformance";
import { createRuntime, type Runtime } from "@car/engine";
import { durableStore, type DurableStore } from "@car/engine/node";
import { CarError, type ProposalResult } from "@car/ir";
import { requireApproval, rulePolicy } from "@car/policy";
import { jsonlApprovalStore } from "@car/approvals/node";
import { DELEGATES } from "./delegates.js";
import { diceOf } from "./dice.js";
import { dyingFs } from "./dying-fs.js";
import { Line } from "./line.js";
import type { Orders } from "./messages.js";
import { NEED_APPROVAL, toolsOf } from "./tools.js";
import { anyProposal } from "./workload.js";

/** The process under test: opens the store, recovers, and executes until it is killed or has done enough. */
const LANES = 8;
/** Long before the state would have as many keys. */
const SNAPSHOT_EVERY = 30;

const orders = JSON.parse(process.argv[2] ?? "{}") as Orders;
const random = seededRandom(orders.seed);
const dice = diceOf(random);
let steps = 0;

main().catch((error: unknown) => {
  writeSync(2, `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});

async function main(): Promise<void> {
  const store = await open();
  const line = new Line(store.eventLog);
  const { unfinishedRuns, snapshotSeq } = store.opened;
  line.say({ type: "opened", unfinished: unfinishedRuns, snapshotSeq });
  const runtime = createRuntime({
    durable: store,
    tools: toolsOf(line),
    policy: rulePolicy(NEED_APPROVAL.map((tool) => requireApproval(tool))),
    approvals: jsonlApprovalStore({ path: orders.approvals }),
    // Retries are not what is tested here, so they come soon.
    random: () => random() * 0.05,
  });
  const host: Host = { runtime, line };
  await recover(host);
  await goOnWithAll(host);
  await Promise.all(Array.from({ length: LANES }, (_, lane) => runLane(host, lane)).concat(compactOften(store)));
  await goOnWithAll(host);
  await runtime.close();
  await store.close();
  line.say({ type: "ended" });
  process.disconnect?.();
}

interface Host {
  readonly runtime: Runtime;
  readonly line: Line;
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

async function recover({ runtime, line }: Host): Promise<void> {
  const { runs } = await runtime.recover({
    unfinished: orders.unfinished,
    onInDoubt: async ({ tool, idempotency_key: key, parameters }) => {
      if (orders.doubt === "failed") return "failed";
      // Nobody outside knows such a call; what its runs had done is in the log.
      if ((DELEGATES as readonly string[]).includes(tool)) return dice(2) === 0 ? "failed" : { output: "found" };
      if (!(await line.hasActed(key))) return "rerun";
      return { output: { id: key.slice(0, 12), stuck: parameters["spoil"] === true } };
    },
  });
  for (const { result } of runs) await line.confirm(result);
  const resumed = runs.filter(({ handled }) => handled === "resumed").length;
  const inDoubt = runs.reduce((sum, { in_doubt }) => sum + in_doubt.length, 0);
  line.say({ type: "recovered", resumed, rolledBack: runs.length - resumed, inDoubt });
}

async function runLane(host: Host, lane: number): Promise<void> {
  for (let index = 0; index < orders.proposals / LANES; index++) {
    const number = orders.generation * 1_000_000 + index;
    const proposal = anyProposal(dice, { lane, number });
    const result = await host.runtime.execute(proposal, { signal: anySignal() });
    await host.line.confirm(result);
    await goOn(host, result);
  }
}

/** One of ten is aborted soon. */
function anySignal(): AbortSignal {
  const controller = new AbortController();
  if (dice(10) === 0) setTimeout(() => controller.abort(), dice(5));
  return controller.signal;
}

/** Takes up every run that waits for an approval, whichever process had begun it. */
async function goOnWithAll(host: Host): Promise<void> {
  const results = host.runtime.suspended().map((run_id) => ({ run_id, status: "suspended" as const }));
  await Promise.all(results.map((result) => goOn(host, result)));
}

/** Goes on with a run that waits for approvals as long as they are answered; then it is left for later. */
async function goOn({ runtime, line }: Host, ended: Pick<ProposalResult, "run_id" | "status">): Promise<void> {
  let { status } = ended;
  while (status === "suspended" && (await line.isAnswered(ended.run_id))) {
    const result = await runtime.resume(ended.run_id, { signal: anySignal() });
    await line.confirm(result);
    ({ status } = result);
  }
}

async function compactOften(store: DurableStore): Promise<void> {
  if (!orders.compact) return;
  for (let count = 0; count < 4; count++) {
    await new Promise((resolve) => setTimeout(resolve, 25));
    await store.compact();
  }
}
