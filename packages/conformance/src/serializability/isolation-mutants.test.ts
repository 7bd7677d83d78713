import { describe, expect, it } from "vitest";
import { seededRandom } from "../clock/seeded-random.js";
import { checkSerializable } from "./check-serializable.js";
import type { RecordedOperation, RecordedRun } from "./recorded-history.js";

/** How a store goes wrong. */
interface Isolation {
  /** Which keys a run locks before its first step. */
  readonly locks: "reads and writes" | "writes" | "none";
  /** Reads see what others have written and not committed. */
  readonly readsUncommitted?: boolean;
  /** A share of the runs that abort at their end. */
  readonly aborts?: number;
}

interface SimulatedRun {
  readonly id: string;
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly operations: RecordedOperation[];
  readonly buffer: Map<string, string>;
  step: number;
}

const KEYS = ["a", "b", "c", "d"];
const AT_ONCE = 6;

/** Steps of runs, interleaved by chance, over a store that isolates them as it is told to; and what was recorded. */
function simulate({ locks, readsUncommitted = false, aborts = 0 }: Isolation, seed: number): readonly RecordedRun[] {
  const random = seededRandom(seed);
  const pick = (): string => KEYS[Math.floor(random() * KEYS.length)]!;
  const store = new Map<string, string>();
  const active: SimulatedRun[] = [];
  const history: RecordedRun[] = [];
  const isFree = ({ reads, writes }: SimulatedRun): boolean => {
    if (locks === "none") return true;
    return active.every((other) => {
      const read = locks === "writes" ? [] : reads;
      const otherRead = locks === "writes" ? [] : other.reads;
      return (
        ![...read, ...writes].some((key) => other.writes.includes(key)) &&
        !writes.some((key) => otherRead.includes(key))
      );
    });
  };
  const visible = (run: SimulatedRun, key: string): string | null => {
    const dirty = readsUncommitted ? active.find((other) => other !== run && other.buffer.has(key)) : undefined;
    return run.buffer.get(key) ?? dirty?.buffer.get(key) ?? store.get(key) ?? null;
  };
  const advance = (run: SimulatedRun): void => {
    const { id, reads, writes, operations, buffer } = run;
    const place = run.step++;
    if (place < reads.length) {
      const key = reads[place]!;
      operations.push({ kind: "read", key, version: visible(run, key) });
    } else if (place < reads.length + writes.length) {
      const key = writes[place - reads.length]!;
      buffer.set(key, id);
      operations.push({ kind: "write", key, version: id });
    } else {
      const committed = random() >= aborts;
      if (committed) for (const [key, version] of buffer) store.set(key, version);
      active.splice(active.indexOf(run), 1);
      history.push({ run_id: id, committed, operations });
    }
  };
  for (let count = 0; count < 400 || active.length > 0;) {
    const written = [...new Set([pick(), ...(random() < 0.3 ? [pick()] : [])])];
    const next = { id: `${count}`, reads: [...new Set([pick(), pick(), ...written])], writes: written };
    const run: SimulatedRun = { ...next, operations: [], buffer: new Map(), step: 0 };
    if (count < 400 && active.length < AT_ONCE && isFree(run)) {
      count += 1;
      active.push(run);
    }
    if (active.length > 0) advance(active[Math.floor(random() * active.length)]!);
  }
  return history;
}

const anomaliesOf = (isolation: Isolation): ReadonlySet<string> => {
  const found = [1, 2, 3].flatMap(
    (seed) => checkSerializable(simulate(isolation, seed), { maxProblems: 1_000 }).problems,
  );
  return new Set(found.map(({ anomaly }) => anomaly));
};

describe("stores that isolate badly", () => {
  it("[CFS-7] a store that locks what is read and written passes, also when runs abort", () => {
    expect(anomaliesOf({ locks: "reads and writes", aborts: 0.3 })).toEqual(new Set());
  });

  it("[CFS-7] without locks updates are lost", () => {
    const problems = [1, 2, 3].flatMap((seed) => checkSerializable(simulate({ locks: "none" }, seed)).problems);
    expect(problems.some(({ message }) => message.includes("lost update"))).toBe(true);
  });

  it("[CFS-7] with locks on what is written alone writes are skewed", () => {
    const problems = [1, 2, 3].flatMap((seed) => checkSerializable(simulate({ locks: "writes" }, seed)).problems);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.every(({ cycle }) => cycle.some(({ kind }) => kind === "rw"))).toBe(true);
  });

  it("[CFS-7] with reads of what is not committed, reads are dirty, and aborted when runs abort", () => {
    const dirty = { locks: "writes", readsUncommitted: true } as const;
    expect(anomaliesOf(dirty).size).toBeGreaterThan(0);
    expect(anomaliesOf({ ...dirty, aborts: 0.3 })).toContain("G1a_aborted_read");
  });
});
