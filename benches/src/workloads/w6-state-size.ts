import { benchRuntime, committed, proposal, undone } from "../fixtures.js";
import { interleave, percentile } from "../measure.js";
import type { Row, Workload } from "../row.js";

const KEYS = [10, 1_000, 100_000];
const COUNT = 2_000;

/** Does the cost of a proposal grow with the size of the state? */
export const stateSize: Workload = {
  id: "W6",
  about: "one-action proposals over 10 to 100,000 keys, committed and undone",
  async run(rounds): Promise<readonly Row[]> {
    const write = { id: "w", type: "state_write", parameters: { key: "k1", value: 1 } };
    const fail = { id: "f", type: "assertion", parameters: { key: "k1", operator: "not_exists" } };
    const commit = proposal([write]);
    const abort = proposal([write, fail]);
    const runtimes = KEYS.map((count) => benchRuntime([], { state: keys(count) }));
    const rows: Row[] = [];
    for (const [what, one, check] of [
      ["committed", commit, committed],
      ["undone", abort, undone],
    ] as const) {
      const sides = KEYS.map((count, at) => ({
        name: `${what}, ${count} keys`,
        round: () => p50(async () => check(await runtimes[at]!.execute(one))),
      }));
      const costs = await interleave(sides, rounds);
      for (const [at, { name, value, ratio }] of costs.entries()) {
        const goal = at === KEYS.length - 1 ? { goal: 1.5 } : {};
        rows.push({ workload: "W6", side: name, value, unit: "us per proposal", against: "10 keys", ratio, ...goal });
      }
    }
    return rows;
  },
};

function keys(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, index]));
}

async function p50(body: () => Promise<unknown>): Promise<number> {
  const times = new Array<number>(COUNT);
  for (let index = 0; index < COUNT; index++) {
    const start = performance.now();
    await body();
    times[index] = (performance.now() - start) * 1000;
  }
  return percentile(times, 0.5);
}
