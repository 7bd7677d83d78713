/** The value below which `share` of the values lie. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
}

/** The middle value. */
export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Microseconds that `body` takes by the wall clock. */
export async function timeUs(body: () => Promise<unknown>): Promise<number> {
  const start = process.hrtime.bigint();
  await body();
  return Number(process.hrtime.bigint() - start) / 1000;
}

/** One side of a comparison: a name, and what one round of it costs in the workload's unit. */
export interface Side {
  readonly name: string;
  readonly round: () => Promise<number>;
}

/** What one side cost: medians of its rounds and of its ratios to the first side, round by round, by the wall and in processor time. */
export interface SideCost {
  readonly name: string;
  readonly value: number;
  readonly ratio: number;
  /** `value` times the share of a round in which a processor worked: what other programs take does not count. */
  readonly cpu: number;
  readonly cpuRatio: number;
}

/** For how long, in milliseconds, and how often at least, each side runs before it counts: optimised code is measured. */
const WARM_UP_MS = 400;
const WARM_UP_ROUNDS = 4;

/** Runs the sides in turn, round after round, after a warm-up, so that drift hits all of them. */
export async function interleave(sides: readonly Side[], rounds: number): Promise<readonly SideCost[]> {
  for (const { round } of sides) await warmUp(round);
  const wall = sides.map((): number[] => []);
  const cpu = sides.map((): number[] => []);
  for (let index = 0; index < rounds; index++) {
    for (const [at, { round }] of sides.entries()) {
      const work = process.cpuUsage();
      const start = performance.now();
      const value = await round();
      const elapsedMs = performance.now() - start;
      const { user, system } = process.cpuUsage(work);
      wall[at]!.push(value);
      cpu[at]!.push((value * (user + system)) / 1000 / elapsedMs);
    }
  }
  return sides.map(({ name }, at) => ({
    name,
    value: median(wall[at]!),
    ratio: median(ratios(wall, at)),
    cpu: median(cpu[at]!),
    cpuRatio: median(ratios(cpu, at)),
  }));
}

function ratios(values: readonly (readonly number[])[], at: number): readonly number[] {
  return values[at]!.map((value, round) => value / values[0]![round]!);
}

/** Milliseconds of processor time that `body` takes. */
export async function cpuMs(body: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await body();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

async function warmUp(round: Side["round"]): Promise<void> {
  const end = performance.now() + WARM_UP_MS;
  for (let rounds = 0; rounds < WARM_UP_ROUNDS || performance.now() < end; rounds++) await round();
}
