/** One measured figure beside its goal. */
export interface Row {
  readonly workload: string;
  readonly side: string;
  readonly value: number;
  readonly unit: string;
  /** What `ratio` is a ratio to. */
  readonly against?: string;
  readonly ratio?: number;
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
  readonly run: (rounds: number) => Promise<readonly Row[]>;
}
