import { effectMany } from "../peers/effect.js";
import { langGraphMany } from "../peers/langgraph.js";
import { benchRuntime, call, committed, noop, proposal } from "../fixtures.js";
import { interleave, type Side, timeUs } from "../measure.js";
import type { Row, Workload } from "../row.js";

const CALLS = 1_000;
const REPEATS = 10;

/** A thousand calls that have nothing to do with each other, in one proposal. */
export const independent: Workload = {
  id: "W2",
  about: "1,000 independent tool calls in one proposal",
  async run(rounds): Promise<readonly Row[]> {
    const runtime = benchRuntime([], { maxConcurrency: CALLS });
    const one = proposal(Array.from({ length: CALLS }, (_, index) => call(`a${index}`, { failure_behavior: "skip" })));
    const sides: Side[] = [
      { name: "floor", round: () => perAction(REPEATS, () => Promise.all(Array.from({ length: CALLS }, noop))) },
      { name: "car", round: () => perAction(REPEATS, async () => committed(await runtime.execute(one))) },
      { name: "effect", round: () => perAction(REPEATS, effectMany(CALLS)) },
      { name: "langgraph", round: () => perAction(1, langGraphMany(CALLS)) },
    ];
    const costs = await interleave(sides, rounds);
    return costs.map(({ name, value, ratio }) => ({
      workload: "W2",
      side: name,
      value,
      unit: "us per action",
      against: "floor",
      ratio,
      ...(name === "car" && { goal: 15 }),
    }));
  },
};

async function perAction(repeats: number, body: () => Promise<unknown>): Promise<number> {
  const us = await timeUs(async () => {
    for (let index = 0; index < repeats; index++) await body();
  });
  return us / repeats / CALLS;
}
