import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkSerializable } from "./check-serializable.js";
import type { RecordedOperation, RecordedRun } from "./recorded-history.js";

/** `"r x 1"` reads version 1 of x, `"r x"` finds nothing, `"w x 1"` writes version 1. */
const operation = (text: string): RecordedOperation => {
  const [kind, key, version] = text.split(" ");
  return { kind: kind === "r" ? "read" : "write", key: key!, version: version ?? null };
};

const run = (run_id: string, ...operations: readonly string[]): RecordedRun => {
  return { run_id, committed: true, operations: operations.map(operation) };
};

const aborted = (run_id: string, ...operations: readonly string[]): RecordedRun => {
  return { ...run(run_id, ...operations), committed: false };
};

describe("checkSerializable", () => {
  it("[CFS-1] accepts what some serial order explains, even one that is not the order of the commits", () => {
    const history = [
      run("writer", "w x 1", "w y 1"),
      aborted("gone", "r x 1", "w x 7"),
      run("old-reader", "r x", "r y"),
      run("reader", "r x 1", "w y 2", "r y 2"),
    ];
    expect(checkSerializable(history)).toMatchObject({ serializable: true, runs: 3, problems: [] });
    expect(checkSerializable(history).latest).toEqual(
      new Map([
        ["x", "1"],
        ["y", "2"],
      ]),
    );
  });

  it("[CFS-1] knows what was there before", () => {
    const history = [run("a", "r x old", "w x 1")];
    expect(checkSerializable(history, { initial: new Map([["x", "old"]]) }).serializable).toBe(true);
    expect(checkSerializable(history).problems).toMatchObject([
      { anomaly: "unknown_version", runs: ["a"], keys: ["x"] },
    ]);
  });

  it.each([
    ["an aborted read", [aborted("a", "w x 1"), run("b", "r x 1")], "G1a_aborted_read", ["b", "a"], ["x"]],
    [
      "an intermediate read",
      [run("a", "w x 1", "w x 2"), run("b", "r x 1")],
      "G1b_intermediate_read",
      ["b", "a"],
      ["x"],
    ],
    ["a value out of nowhere", [run("a", "r x 9")], "unknown_version", ["a"], ["x"]],
    ["an own write that is missed", [run("a", "w x 1", "r x")], "own_write_missed", ["a"], ["x"]],
    [
      "a lost update",
      [run("a", "r x", "w x 1"), run("b", "r x", "w x 2")],
      "G_single_anti_dependency",
      ["a", "b"],
      ["x"],
    ],
    [
      "a write skew",
      [run("a", "r x", "r y", "w x 1"), run("b", "r x", "r y", "w y 1")],
      "G2_anti_dependency",
      ["a", "b"],
      ["x", "y"],
    ],
    [
      "a dirty read between two that commit",
      [run("a", "w x 1", "r y 1"), run("b", "r x 1", "w y 1")],
      "G1c_circular_information",
      ["a", "b"],
      ["x", "y"],
    ],
    [
      "a read that sees half of another run",
      [run("a", "w x 1", "w y 1"), run("b", "r x 1", "r y")],
      "G_single_anti_dependency",
      ["a", "b"],
      ["x", "y"],
    ],
    [
      "a read that does not repeat",
      [run("a", "w x 1"), run("b", "r x", "r x 1")],
      "G_single_anti_dependency",
      ["a", "b"],
      ["x"],
    ],
    [
      "a circle of three",
      [run("a", "r x", "w y 1"), run("b", "r y", "w z 1"), run("c", "r z", "w x 1")],
      "G2_anti_dependency",
      ["a", "b", "c"],
      ["x", "y", "z"],
    ],
  ] as const)("[CFS-2] finds %s, with its runs and keys", (...[, history, anomaly, runs, keys]) => {
    const { serializable, problems } = checkSerializable(history);
    expect(serializable).toBe(false);
    expect(problems.map((problem) => problem.anomaly)).toEqual([anomaly]);
    expect([...problems[0]!.runs].sort()).toEqual([...runs].sort());
    expect([...problems[0]!.keys].sort()).toEqual([...keys].sort());
  });

  it("[CFS-2] says the circle in words", () => {
    const lost = checkSerializable([run("a", "r x", "w x 1"), run("b", "r x", "w x 2")]);
    expect(lost.problems[0]!.message).toBe(
      "G_single_anti_dependency (lost update): run a -ww `x`-> run b -rw `x`-> run a",
    );
    const skew = checkSerializable([run("a", "r x", "w y 1"), run("b", "r y", "w x 1")]);
    expect(skew.problems[0]!.message).toContain("(write skew)");
  });

  it("[CFS-3] refuses versions that cannot be told apart", () => {
    expect(() => checkSerializable([run("a", "w x 1"), run("b", "w x 1")])).toThrow(
      "version `1` of `x` is written twice",
    );
    expect(() => checkSerializable([run("a", "w x")])).toThrow(TypeError);
  });

  it("[CFS-4] agrees with trying every order", () => {
    const law = fc.property(fc.array(anyRun, { minLength: 1, maxLength: 5 }), (drafts) => {
      const history = historyOf(drafts);
      expect(checkSerializable(history).serializable).toBe(someOrderExplains(history));
    });
    fc.assert(law, { numRuns: 1_500 });
  });

  it("[CFS-5] takes a history of 50,000 runs, in time in proportion to it, and no call stack", () => {
    const chain = Array.from({ length: 50_000 }, (_, index) => {
      return run(`${index}`, index === 0 ? "r x" : `r x ${index - 1}`, `w x ${index}`, `r k${index % 100}`);
    });
    expect(checkSerializable(chain)).toMatchObject({ serializable: true, runs: 50_000 });
    const broken = [...chain, run("late", "r x 5", "w x late")];
    expect(checkSerializable(broken).problems.map(({ anomaly }) => anomaly)).toEqual(["G_single_anti_dependency"]);
  });

  it("[CFS-6] reports as many problems as are asked for", () => {
    const history = Array.from({ length: 30 }, (_, index) => run(`${index}`, `r x nobody-${index}`));
    expect(checkSerializable(history).problems).toHaveLength(20);
    expect(checkSerializable(history, { maxProblems: 3 })).toMatchObject({
      serializable: false,
      problems: { length: 3 },
    });
  });
});

/** Reads and writes of a run before versions have names: a read takes the version `back` commits ago. */
interface Draft {
  readonly isWrite: boolean;
  readonly key: string;
  readonly back: number;
}

const anyRun = fc.array(
  fc.record({ isWrite: fc.boolean(), key: fc.constantFrom("x", "y"), back: fc.nat({ max: 2 }) }),
  { minLength: 1, maxLength: 3 },
);

/** Every read names a committed, final version, or none: whatever is wrong then is a circle. */
function historyOf(drafts: readonly (readonly Draft[])[]): readonly RecordedRun[] {
  const versions = new Map<string, string[]>();
  for (const [index, draft] of drafts.entries()) {
    for (const key of new Set(draft.filter(({ isWrite }) => isWrite).map((each) => each.key))) {
      versions.set(key, [...(versions.get(key) ?? []), `${index}`]);
    }
  }
  return drafts.map((draft, index) => {
    const written = new Set<string>();
    const operations = draft.flatMap(({ isWrite, key, back }): RecordedOperation[] => {
      if (written.has(key)) return isWrite ? [] : [{ kind: "read", key, version: `${index}` }];
      if (isWrite) {
        written.add(key);
        return [{ kind: "write", key, version: `${index}` }];
      }
      const others = (versions.get(key) ?? []).filter((version) => version !== `${index}`);
      return [{ kind: "read", key, version: others[others.length - 1 - back] ?? null }];
    });
    return { run_id: `${index}`, committed: true, operations };
  });
}

/** The definition itself: some order of all runs in which each reads what was written last, and versions keep theirs. */
function someOrderExplains(history: readonly RecordedRun[]): boolean {
  const final = checkSerializable(history).latest;
  const explains = (left: readonly number[], state: ReadonlyMap<string, string>): boolean => {
    if (left.length === 0) return [...final].every(([key, version]) => state.get(key) === version);
    return left.some((index) => {
      const after = new Map(state);
      for (const { kind, key, version } of history[index]!.operations) {
        if (kind === "read" && (after.get(key) ?? null) !== version) return false;
        // The versions of a key follow each other in the order of the commits, which is that of the list.
        if (kind === "write" && Number(after.get(key) ?? -1) > index) return false;
        if (kind === "write") after.set(key, version!);
      }
      return explains(
        left.filter((other) => other !== index),
        after,
      );
    });
  };
  return explains([...history.keys()], new Map());
}
