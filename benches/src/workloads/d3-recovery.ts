import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRuntime } from "@car/engine";
import { durableStore } from "@car/engine/node";
import { committed, noop, proposal } from "../fixtures.js";
import { median } from "../measure.js";
import type { Recovered } from "../recovery-process.js";
import type { Row, Workload } from "../row.js";

const EVENTS = 1_000_000;
const KEYS = 1_000;
const IN_FLIGHT = 64;
const MAX_SECONDS = 2;
const MAX_MB = 200;
const MB = 1024 * 1024;

/** A process takes up a folder that another one left: with snapshots, and from the log alone at two lengths. */
export const recovery: Workload = {
  id: "D3",
  about: `taking up a folder with ${EVENTS.toLocaleString("en")} events`,
  async run(rounds): Promise<readonly Row[]> {
    const folder = mkdtempSync(join(tmpdir(), "car-bench-"));
    try {
      const snapshots = await measured(join(folder, "snapshots"), { events: EVENTS, snapshotEvery: 1_000 }, rounds);
      const half = await measured(join(folder, "half"), { events: EVENTS / 2, snapshotEvery: 1e9 }, 1);
      const whole = await measured(join(folder, "whole"), { events: EVENTS, snapshotEvery: 1e9 }, 1);
      return [
        { ...seconds("with snapshots", snapshots), goal: MAX_SECONDS },
        { ...memory("with snapshots", snapshots), goal: MAX_MB },
        seconds(`the log alone, ${(EVENTS / 2).toLocaleString("en")} events`, half),
        // Linear in the log: twice the events, about twice the time.
        { ...seconds("the log alone", whole), against: "half of it", ratio: whole.ms / half.ms, goal: 2.3 },
        { ...memory("the log alone", whole), goal: MAX_MB },
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function seconds(side: string, { ms }: Recovered): Row {
  return { workload: "D3", side, value: ms / 1000, unit: "s" };
}

function memory(side: string, { peakBytes }: Recovered): Row {
  return { workload: "D3", side: `${side}, memory of the process`, value: peakBytes / MB, unit: "MB" };
}

interface Left {
  readonly events: number;
  readonly snapshotEvery: number;
}

async function measured(dir: string, left: Left, rounds: number): Promise<Recovered> {
  await fill(dir, left);
  const all: Recovered[] = [];
  for (let round = 0; round < rounds; round++) all.push(await recoverApart(dir));
  const middle = median(all.map(({ ms }) => ms));
  const peakBytes = Math.max(...all.map((one) => one.peakBytes));
  return { ...all.find(({ ms }) => ms === middle)!, peakBytes };
}

/** Leaves a folder with so many events, as a process does that ran proposals of one call and one write. */
async function fill(dir: string, { events, snapshotEvery }: Left): Promise<void> {
  const store = await durableStore({ dir, snapshotEvery, durability: "none" });
  const tools = [{ schema: { name: "noop" }, execute: noop }];
  const runtime = createRuntime({ durable: store, tools });
  const writes = Array.from({ length: KEYS }, (_, key) =>
    proposal([
      { id: "call", type: "tool_call", tool: "noop", parameters: { key } },
      { id: "write", type: "state_write", parameters: { key: `k${key}`, value: key } },
    ]),
  );
  let next = 0;
  let seq = 0;
  const lane = async (): Promise<void> => {
    while (seq < events) {
      committed(await runtime.execute(writes[next++ % KEYS]!));
      if (next % KEYS === 0) ({ seq } = await store.eventLog.head());
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  await runtime.close();
  await store.close();
}

function recoverApart(dir: string): Promise<Recovered> {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, "../recovery-process.ts"), [dir]);
    let answer: Recovered | undefined;
    child.on("message", (message) => (answer = message as Recovered));
    child.on("error", reject);
    child.on("exit", (code) => {
      if (answer !== undefined && code === 0) resolve(answer);
      else reject(new Error(`the process that recovers ended with exit code ${code}`));
    });
  });
}
