import { benchRuntime, call, chainOfCalls, committed, independentCalls, proposal } from "../fixtures.js";
import { median } from "../measure.js";
import type { Row, Workload } from "../row.js";

const ONE_BY_ONE = 500;
const TOGETHER = 1_000;
/** Rounds before it counts, and rounds between two collections. */
const WARM_UP = 40;
const BETWEEN = 10;

interface Load {
  readonly side: string;
  readonly goal: number;
  readonly proposals: ReturnType<typeof proposal>[];
  readonly actions: number;
}

/** What an action allocates in a runtime that is warm, whatever becomes of it: exact, and hardly noisy. */
export const bytes: Workload = {
  id: "W10",
  about: "bytes that an action allocates, runtime and log included",
  // The young generation is never collected while bytes are counted.
  execArgv: ["--max-semi-space-size=256", "--expose-gc"],
  async run(rounds): Promise<readonly Row[]> {
    const rows: Row[] = [];
    for (const load of loads()) {
      const value = await bytesPerAction(load, rounds);
      rows.push({ workload: "W10", side: load.side, value, unit: "bytes per action", goal: load.goal });
    }
    return rows;
  },
};

function loads(): readonly Load[] {
  const ones = Array.from({ length: ONE_BY_ONE }, (_, index) => proposal([call(`a${index}`)]));
  const independent = [independentCalls(TOGETHER)];
  const chain = [chainOfCalls(TOGETHER)];
  return [
    { side: "W1, one action each", goal: 2_000, proposals: ones, actions: ONE_BY_ONE },
    { side: "W2, independent", goal: 900, proposals: independent, actions: TOGETHER },
    { side: "W3, a chain", goal: 1_200, proposals: chain, actions: TOGETHER },
  ];
}

async function bytesPerAction({ proposals, actions }: Load, rounds: number): Promise<number> {
  const runtime = benchRuntime([], { maxConcurrency: TOGETHER });
  const seen: number[] = [];
  for (let round = -WARM_UP; round < rounds * BETWEEN; round++) {
    if (round % BETWEEN === 0) globalThis.gc!();
    const before = process.memoryUsage().heapUsed;
    for (const each of proposals) committed(await runtime.execute(each));
    if (round >= 0) seen.push((process.memoryUsage().heapUsed - before) / actions);
  }
  return median(seen);
}
