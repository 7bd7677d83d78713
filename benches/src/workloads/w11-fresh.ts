import { benchRuntime, call, chainOfCalls, committed, independentCalls, noop, proposal } from "../fixtures.js";
import { interleave, timeUs } from "../measure.js";
import type { Row, Workload } from "../row.js";

const ONE_BY_ONE = 5_000;
const TOGETHER = 1_000;

interface Load {
  readonly side: string;
  readonly goal: number;
  readonly proposals: readonly ReturnType<typeof proposal>[];
  readonly actions: number;
  readonly floor: () => Promise<unknown>;
}

/** The first work of a runtime, as people meet it: code is warm, the runtime is not. */
export const fresh: Workload = {
  id: "W11",
  about: "W1 to W3 on a runtime of their own in each round",
  async run(rounds): Promise<readonly Row[]> {
    const rows: Row[] = [];
    for (const { side, goal, proposals, actions, floor } of loads()) {
      const ours = async (): Promise<number> => {
        const runtime = benchRuntime([], { maxConcurrency: TOGETHER });
        const us = await timeUs(async () => {
          for (const each of proposals) committed(await runtime.execute(each));
        });
        return us / actions;
      };
      const bare = async (): Promise<number> => (await timeUs(floor)) / actions;
      const costs = await interleave(
        [
          { name: `${side}: floor`, round: bare },
          { name: `${side}: car`, round: ours },
        ],
        rounds,
      );
      rows.push(
        ...costs.map(({ name, ...cost }) => ({
          workload: "W11",
          side: name,
          unit: "us per action",
          against: "floor",
          ...cost,
          ...(name.endsWith("car") && { goal }),
        })),
      );
    }
    return rows;
  },
};

function loads(): readonly Load[] {
  const ones = Array.from({ length: ONE_BY_ONE }, (_, index) => proposal([call(`a${index}`)]));
  return [
    { side: "W1", goal: 20, proposals: ones, actions: ONE_BY_ONE, floor: () => oneByOne(ONE_BY_ONE) },
    { side: "W2", goal: 15, proposals: [independentCalls(TOGETHER)], actions: TOGETHER, floor: together },
    { side: "W3", goal: 20, proposals: [chainOfCalls(TOGETHER)], actions: TOGETHER, floor: () => oneByOne(TOGETHER) },
  ];
}

async function oneByOne(count: number): Promise<void> {
  for (let index = 0; index < count; index++) await noop();
}

function together(): Promise<unknown> {
  return Promise.all(Array.from({ length: TOGETHER }, noop));
}
