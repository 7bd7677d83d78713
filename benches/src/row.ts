import type { SideCost } from "./measure.js";

/** One measured figure beside its goal. */
export interface Row {
  readonly workload: string;
  readonly side: string;
  readonly value: number;
  readonly unit: string;
  /** What `ratio` is a ratio to. */
  readonly against?: string;
  readonly ratio?: number;
  /** The same two in processor time. */
  readonly cpu?: number;
  readonly cpuRatio?: number;
  /** Upper bound of `ratio`, or of `value` when there is no ratio. */
  readonly goal?: number;
  /** The goal is a lower bound. */
  readonly atLeast?: boolean;
}

/** Whether a row reaches its goal; `undefined` when it has none. */
export function reached({ goal, ratio, value, atLeast }: Row): boolean | undefined {
  if (goal === undefined) return undefined;
  const figure = ratio ?? value;
  return atLeast === true ? figure >= goal : figure <= goal;
}

/** A workload: its id, what it is, and how to measure it. */
export interface Workload {
  readonly id: string;
  readonly about: string;
  /** What Node is told for it. */
  readonly execArgv?: readonly string[];
  readonly run: (rounds: number) => Promise<readonly Row[]>;
}

/** A comparison that was made twice: with nothing else in the process, which the goal is about, and beside peers. */
export interface Comparison {
  readonly workload: string;
  readonly unit: string;
  readonly goal: number;
  readonly alone: readonly SideCost[];
}

/** The rows of both; a side's ratio is to the floor that it was interleaved with. */
export function rowsBeside({ workload, unit, goal, alone }: Comparison, beside: readonly SideCost[]): readonly Row[] {
  const row = ({ name, ...cost }: SideCost): Row => ({ workload, side: name, unit, against: "floor", ...cost });
  return [
    ...alone.map((cost) => ({ ...row(cost), ...(cost.name === "car" && { goal }) })),
    ...beside.map((cost) => row({ ...cost, name: `${cost.name}, peers loaded` })),
  ];
}
