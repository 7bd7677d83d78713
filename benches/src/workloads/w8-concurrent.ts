import { benchRuntime, call, committed, proposal } from "../fixtures.js";
import { interleave, timeUs } from "../measure.js";
import type { Row, Workload } from "../row.js";

const TASKS = 100;
const EACH = 100;

/** A hundred tasks at once on one runtime, each running its proposals one after another. */
export const concurrent: Workload = {
  id: "W8",
  about: "100 tasks x 100 one-action proposals at once",
  async run(rounds): Promise<readonly Row[]> {
    const runtime = benchRuntime();
    const proposals = Array.from({ length: EACH }, (_, index) => proposal([call(`a${index}`)]));
    const task = async (): Promise<void> => {
      for (const each of proposals) committed(await runtime.execute(each));
    };
    const total = TASKS * EACH;
    const perSecond = async (body: () => Promise<unknown>): Promise<number> => (total / (await timeUs(body))) * 1e6;
    const costs = await interleave(
      [
        {
          name: "one after another",
          round: () =>
            perSecond(async () => {
              for (let index = 0; index < TASKS; index++) await task();
            }),
        },
        { name: "car", round: () => perSecond(() => Promise.all(Array.from({ length: TASKS }, task))) },
      ],
      rounds,
    );
    return costs.map(({ name, value, ratio }) => ({
      workload: "W8",
      side: name,
      value,
      unit: "proposals per s",
      against: "one after another",
      ratio,
      ...(name === "car" && { goal: 0.5, atLeast: true }),
    }));
  },
};
