import { benchRuntime, call, committed, noop, proposal } from "../fixtures.js";
import { interleave, percentile, type Side, type SideCost } from "../measure.js";
import { type Row, rowsBeside, type Workload } from "../row.js";

const COUNT = 5_000;
const PEER_COUNT = 200;

/** One-action proposals, one after another, each timed by itself. */
export const oneAction: Workload = {
  id: "W1",
  about: "one-action proposals one after another, p50",
  async run(rounds): Promise<readonly Row[]> {
    const runtime = benchRuntime();
    const proposals = Array.from({ length: COUNT }, (_, index) => proposal([call(`a${index}`)]));
    const ours: Side[] = [
      { name: "floor", round: () => p50(COUNT, () => noop()) },
      { name: "car", round: () => p50(COUNT, (index) => runtime.execute(proposals[index]!), committed) },
    ];
    const alone = await interleave(ours, rounds);
    return rowsBeside({ workload: "W1", unit: "us per proposal", goal: 10, alone }, await beside(ours, rounds));
  },
};

/** Only now, because a peer that loads `AsyncLocalStorage` makes every promise of the process slower. */
async function beside(ours: readonly Side[], rounds: number): Promise<readonly SideCost[]> {
  const { aiSdkToolStep } = await import("../peers/ai-sdk.js");
  const { effectOne } = await import("../peers/effect.js");
  const { langGraphOne } = await import("../peers/langgraph.js");
  const peers: Side[] = [
    { name: "effect", round: () => p50(COUNT, effectOne()) },
    { name: "ai sdk", round: () => p50(PEER_COUNT, aiSdkToolStep()) },
    { name: "langgraph", round: () => p50(PEER_COUNT, langGraphOne()) },
  ];
  return interleave([...ours, ...peers], rounds);
}

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
