import { seededRandom } from "@car/conformance";
import { benchRuntime, committed, proposal } from "../fixtures.js";
import { interleave, timeUs } from "../measure.js";
import type { Row, Workload } from "../row.js";

const LAYERS = 50;
const WIDTH = 20;
const MEAN_MS = 5;

interface Task {
  readonly ms: number;
  readonly after: readonly number[];
}

/** Layers of calls with one or two random predecessors each: how close is the makespan to the longest path? */
export const layers: Workload = {
  id: "W4",
  about: "50 layers of 20 calls, exponential latency of mean 5 ms: makespan beside the longest path",
  async run(rounds): Promise<readonly Row[]> {
    const tasks = makeTasks(seededRandom(7));
    const wait = ({ ms }: { readonly ms: number }): Promise<null> =>
      new Promise((resolve) => setTimeout(resolve, ms, null));
    const runtime = benchRuntime([
      {
        schema: { name: "wait", reversibility: "reversible" },
        execute: (parameters) => wait(parameters as { ms: number }),
      },
    ]);
    const plan = proposal(
      tasks.map(({ ms, after }, index) => ({
        id: `t${index}`,
        type: "tool_call",
        tool: "wait",
        parameters: { ms },
        dependencies: after.map((each) => `t${each}`),
      })),
    );
    const path = longestPathMs(tasks);
    const costs = await interleave(
      [
        { name: "floor", round: () => timeUs(() => bare(tasks, wait)) },
        { name: "car", round: () => timeUs(async () => committed(await runtime.execute(plan))) },
      ],
      rounds,
    );
    return costs.map(({ name, value }) => ({
      workload: "W4",
      side: name,
      value: value / 1000,
      unit: "ms",
      against: "longest path",
      ratio: value / 1000 / path,
      ...(name === "car" && { goal: 1.03 }),
    }));
  },
};

function makeTasks(random: () => number): readonly Task[] {
  return Array.from({ length: LAYERS * WIDTH }, (_, index) => {
    const layer = Math.floor(index / WIDTH);
    const pick = (): number => (layer - 1) * WIDTH + Math.floor(random() * WIDTH);
    const after = layer === 0 ? [] : [...new Set(random() < 0.5 ? [pick()] : [pick(), pick()])];
    // Timers have whole milliseconds.
    return { ms: Math.max(1, Math.round(-MEAN_MS * Math.log(1 - random()))), after };
  });
}

function longestPathMs(tasks: readonly Task[]): number {
  const end: number[] = [];
  for (const { ms, after } of tasks) end.push(ms + Math.max(0, ...after.map((each) => end[each]!)));
  return Math.max(...end);
}

/** The same calls, each started by the promises of its predecessors. */
function bare(tasks: readonly Task[], wait: (task: Task) => Promise<unknown>): Promise<unknown> {
  const started: Promise<unknown>[] = [];
  for (const task of tasks) {
    started.push(Promise.all(task.after.map((each) => started[each]!)).then(() => wait(task)));
  }
  return Promise.all(started);
}
