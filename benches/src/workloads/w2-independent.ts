import { benchRuntime, committed, independentCalls, noop } from "../fixtures.js";
import { interleave, type Side, type SideCost, timeUs } from "../measure.js";
import { type Row, rowsBeside, type Workload } from "../row.js";

const CALLS = 1_000;
const REPEATS = 10;

/** A thousand calls that have nothing to do with each other, in one proposal. */
export const independent: Workload = {
  id: "W2",
  about: "1,000 independent tool calls in one proposal",
  async run(rounds): Promise<readonly Row[]> {
    const runtime = benchRuntime([], { maxConcurrency: CALLS });
    const one = independentCalls(CALLS);
    const ours: Side[] = [
      { name: "floor", round: () => perAction(REPEATS, () => Promise.all(Array.from({ length: CALLS }, noop))) },
      { name: "car", round: () => perAction(REPEATS, async () => committed(await runtime.execute(one))) },
    ];
    const alone = await interleave(ours, rounds);
    return rowsBeside({ workload: "W2", unit: "us per action", goal: 15, alone }, await beside(ours, rounds));
  },
};

/** Only now, because a peer that loads `AsyncLocalStorage` makes every promise of the process slower. */
async function beside(ours: readonly Side[], rounds: number): Promise<readonly SideCost[]> {
  const { effectMany } = await import("../peers/effect.js");
  const { langGraphMany } = await import("../peers/langgraph.js");
  const peers: Side[] = [
    { name: "effect", round: () => perAction(REPEATS, effectMany(CALLS)) },
    { name: "langgraph", round: () => perAction(1, langGraphMany(CALLS)) },
  ];
  return interleave([...ours, ...peers], rounds);
}

async function perAction(repeats: number, body: () => Promise<unknown>): Promise<number> {
  const us = await timeUs(async () => {
    for (let index = 0; index < repeats; index++) await body();
  });
  return us / repeats / CALLS;
}
