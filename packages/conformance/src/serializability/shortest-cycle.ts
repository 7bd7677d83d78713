import type { EdgeLevel, PrecedenceGraph } from "./precedence-graph.js";

/** A step of a cycle: from a run, along its edge at `place`. */
export interface CycleStep {
  readonly from: number;
  readonly place: number;
  readonly to: number;
}

/** Runs of a group from which a cycle is looked for; one would do, more find shorter ones. */
const MOST_STARTS = 8;

/** A short cycle within a group of runs that all precede each other. */
export function shortestCycle(
  graph: PrecedenceGraph,
  members: readonly number[],
  level: EdgeLevel,
): readonly CycleStep[] {
  const inside = new Set(members);
  let best: readonly CycleStep[] = [];
  for (const start of members.slice(0, MOST_STARTS)) {
    const cycle = cycleThrough(graph, start, { inside, level });
    if (best.length === 0 || cycle.length < best.length) best = cycle;
  }
  return best;
}

interface Bounds {
  readonly inside: ReadonlySet<number>;
  readonly level: EdgeLevel;
}

/** Breadth first, from `start` until an edge leads back to it. */
function cycleThrough(graph: PrecedenceGraph, start: number, bounds: Bounds): readonly CycleStep[] {
  const reachedBy = new Map<number, CycleStep>();
  const queue = [start];
  for (let head = 0; head < queue.length; head++) {
    for (const step of stepsFrom(graph, queue[head]!, bounds)) {
      if (step.to === start) return [...stepsBack(reachedBy, step.from).reverse(), step];
      if (reachedBy.has(step.to)) continue;
      reachedBy.set(step.to, step);
      queue.push(step.to);
    }
  }
  return [];
}

function stepsFrom(graph: PrecedenceGraph, from: number, { inside, level }: Bounds): readonly CycleStep[] {
  const steps: CycleStep[] = [];
  for (let place = 0; place < graph.span(from); place += 2) {
    const to = graph.target(from, place, level);
    if (inside.has(to)) steps.push({ from, place, to });
  }
  return steps;
}

function stepsBack(reachedBy: ReadonlyMap<number, CycleStep>, end: number): CycleStep[] {
  const steps: CycleStep[] = [];
  for (let step = reachedBy.get(end); step !== undefined; step = reachedBy.get(step.from)) steps.push(step);
  return steps;
}
