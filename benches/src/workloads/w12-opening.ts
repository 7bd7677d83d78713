import { createRuntime } from "@car/engine";
import { memoryStateStore } from "@car/state";
import { cpuMs, median } from "../measure.js";
import type { Row, Workload } from "../row.js";

const KEYS = 1_000_000;
const MIB = 1024 * 1024;

/** A runtime over a large state that is in memory. */
export const opening: Workload = {
  id: "W12",
  about: "opening a runtime over 1,000,000 keys",
  execArgv: ["--expose-gc"],
  async run(rounds): Promise<readonly Row[]> {
    const initial = Object.fromEntries(Array.from({ length: KEYS }, (_, index) => [`key${index}`, `v${index}`]));
    const opened: Opened[] = [];
    for (let round = 0; round < rounds; round++) opened.push(await open(initial));
    const of = (figure: (each: Opened) => number): number => median(opened.map(figure));
    const ms = "ms of processor time";
    return [
      { workload: "W12", side: "the store, copied from a record", value: of((each) => each.storeMs), unit: ms },
      { workload: "W12", side: "the runtime, with its first event", value: of((each) => each.runtimeMs), unit: ms },
      {
        workload: "W12",
        side: "both",
        value: of(({ storeMs, runtimeMs }) => storeMs + runtimeMs),
        unit: ms,
        goal: 600,
      },
      { workload: "W12", side: "live afterwards", value: of((each) => each.liveMiB), unit: "MiB", goal: 250 },
    ];
  },
};

interface Opened {
  readonly storeMs: number;
  readonly runtimeMs: number;
  readonly liveMiB: number;
}

/** A function of its own, so that nothing of one opening is alive in the next. */
async function open(initial: Readonly<Record<string, string>>): Promise<Opened> {
  globalThis.gc!();
  const before = process.memoryUsage().heapUsed;
  const kept: { state?: ReturnType<typeof memoryStateStore>; runtime?: ReturnType<typeof createRuntime> } = {};
  const storeMs = await cpuMs(() => (kept.state = memoryStateStore(initial)));
  const runtimeMs = await cpuMs(() => (kept.runtime = createRuntime({ state: kept.state! })));
  globalThis.gc!();
  const liveMiB = (process.memoryUsage().heapUsed - before) / MIB;
  await kept.runtime!.close();
  return { storeMs, runtimeMs, liveMiB };
}
