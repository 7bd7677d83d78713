import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { memoryEventLog } from "@car/eventlog";
import type { RunScope } from "@car/ir/ports";
import { median } from "../measure.js";
import type { Row, Workload } from "../row.js";

const EVENTS = 1_000_000;
const PER_RUN = 7;
const BOUND = 100_000;

/** What an event costs to append and to keep, payloads apart. */
export const events: Workload = {
  id: "W7",
  about: "1,000,000 events in memory: bytes and time per event",
  async run(rounds): Promise<readonly Row[]> {
    const bytes: number[] = [];
    const ns: number[] = [];
    const bounded: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const kept = await fill(EVENTS);
      bytes.push(kept.bytes / EVENTS);
      ns.push(kept.ns / EVENTS);
      bounded.push((await fill(BOUND)).bytes / BOUND);
    }
    return [
      { workload: "W7", side: "live, 1,000,000 kept", value: median(bytes), unit: "bytes per event", goal: 100 },
      {
        workload: "W7",
        side: `live, bound of ${BOUND}`,
        value: median(bounded),
        unit: "bytes per kept event",
        goal: 150,
      },
      { workload: "W7", side: "append", value: median(ns), unit: "ns per event" },
    ];
  },
};

async function fill(maxEvents: number): Promise<{ readonly bytes: number; readonly ns: number }> {
  const gc = collector();
  const data = Object.freeze({});
  // Twice: buffers of what was collected are given back only after a turn.
  gc();
  await new Promise((resolve) => void setImmediate(resolve));
  gc();
  const before = liveBytes();
  const log = memoryEventLog({ maxEvents });
  const start = process.hrtime.bigint();
  let scope = scopeOf(0);
  for (let index = 0; index < EVENTS; index++) {
    if (index % PER_RUN === 0) scope = scopeOf(index);
    log.append({ kind: "action_executing", time: index, scope, action: 0, attempt: 1, data });
  }
  const ns = Number(process.hrtime.bigint() - start);
  gc();
  const bytes = liveBytes() - before;
  // Keeps the log alive until its memory has been read.
  if (log.append({ kind: "action_validated", time: 0, action: -1, attempt: 0 }) !== EVENTS + 1)
    throw new Error("events are missing");
  return { bytes, ns };
}

/** A scope of its own for every run, as the engine makes them. */
function scopeOf(index: number): RunScope {
  const id = index.toString(16).padStart(32, "0");
  const names = { proposal_id: "bench", principal: "bench", span_prefix: "00000001", action_ids: ACTION_IDS };
  return { run_id: id, trace_id: id, ...names };
}

const ACTION_IDS: readonly string[] = ["a"];

function liveBytes(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
