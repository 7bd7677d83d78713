import { aiSdkToolStep } from "../peers/ai-sdk.js";
import { effectOne } from "../peers/effect.js";
import { langGraphOne } from "../peers/langgraph.js";
import { benchRuntime, call, committed, noop, proposal } from "../fixtures.js";
import { interleave, percentile, type Side } from "../measure.js";
import type { Row, Workload } from "../row.js";

const COUNT = 5_000;
const PEER_COUNT = 200;

/** One-action proposals, one after another, each timed by itself. */
export const oneAction: Workload = {
  id: "W1",
  about: "one-action proposals one after another, p50",
  async run(rounds): Promise<readonly Row[]> {
    const runtime = benchRuntime();
    const proposals = Array.from({ length: COUNT }, (_, index) => proposal([call(`a${index}`)]));
    const sides: Side[] = [
      { name: "floor", round: () => p50(COUNT, () => noop()) },
      { name: "car", round: () => p50(COUNT, (index) => runtime.execute(proposals[index]!), committed) },
      { name: "effect", round: () => p50(COUNT, effectOne()) },
      { name: "ai sdk", round: () => p50(PEER_COUNT, aiSdkToolStep()) },
      { name: "langgraph", round: () => p50(PEER_COUNT, langGraphOne()) },
    ];
    const costs = await interleave(sides, rounds);
    return costs.map(({ name, value, ratio }) => ({
      workload: "W1",
      side: name,
      value,
      unit: "us per proposal",
      against: "floor",
      ratio,
      ...(name === "car" && { goal: 10 }),
    }));
  },
};

/** What comes back is checked with the clock stopped. */
async function p50<T>(count: number, body: (index: number) => Promise<T>, check?: (value: T) => void): Promise<number> {
  const times = new Array<number>(count);
  for (let index = 0; index < count; index++) {
    const start = performance.now();
    const value = await body(index);
    times[index] = (performance.now() - start) * 1000;
    check?.(value);
  }
  return percentile(times, 0.5);
}
