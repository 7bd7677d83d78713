import { benchRuntime, chainOfCalls, committed, noop } from "../fixtures.js";
import { interleave, timeUs } from "../measure.js";
import type { Row, Workload } from "../row.js";

const LENGTH = 1_000;
const REPEATS = 10;

/** A chain in which each call waits for the state key that the one before leaves. */
export const chain: Workload = {
  id: "W3",
  about: "a chain of 1,000 calls through state keys",
  async run(rounds): Promise<readonly Row[]> {
    const runtime = benchRuntime();
    const one = chainOfCalls(LENGTH);
    const floor = async (): Promise<void> => {
      for (let index = 0; index < LENGTH; index++) await noop();
    };
    const costs = await interleave(
      [
        { name: "floor", round: () => perAction(floor) },
        { name: "car", round: () => perAction(async () => committed(await runtime.execute(one))) },
      ],
      rounds,
    );
    return costs.map(({ name, value, ratio }) => ({
      workload: "W3",
      side: name,
      value,
      unit: "us per action",
      against: "floor",
      ratio,
      ...(name === "car" && { goal: 20 }),
    }));
  },
};

async function perAction(body: () => Promise<unknown>): Promise<number> {
  const us = await timeUs(async () => {
    for (let index = 0; index < REPEATS; index++) await body();
  });
  return us / REPEATS / LENGTH;
}
