import type { StateStore } from "@car/ir/ports";
import { memoryStateStore } from "@car/state";
import { describe, expect, it } from "vitest";
import { judgeStress } from "./judge-stress.js";
import { runStress, type StressOutcome } from "./run-stress.js";
import { DEFAULT_STRESS } from "./stress-options.js";

const SHORT = { ...DEFAULT_STRESS, seconds: 3, maxWaitMs: 15_000 };
/** Enough for a broken store to be found out. */
const BRIEF = { ...SHORT, seconds: 0.7, runtimes: 8, inFlight: 4, keys: 15 };

/** A store in memory of which one part is replaced. */
const brokenStore =
  (breakIt: (store: StateStore) => Partial<StateStore>) =>
  (initial: Parameters<typeof memoryStateStore>[0]): StateStore => {
    const store = memoryStateStore(initial);
    return {
      supports: store.supports,
      view: () => store.view(),
      acquire: (request) => store.acquire(request),
      commit: (change) => store.commit(change),
      close: () => store.close(),
      ...breakIt(store),
    };
  };

describe("stress", () => {
  it("[5.1] 64 runtimes that fight for 100 keys are serializable, nothing is lost, nobody starves", async () => {
    const outcome = await runStress(SHORT);
    expect(judgeStress(outcome, SHORT)).toEqual([]);
    expect(outcome.ended).toMatchObject({ rejected: 0, suspended: 0 });
    for (const kind of ["committed", "rolled_back", "canceled"] as const)
      expect(outcome.ended[kind]).toBeGreaterThan(0);
    expect(outcome.runsInLogs).toBeGreaterThan(outcome.started);
  });

  it("[5.1] a store without locks is found out", async () => {
    const outcome = await runStress(
      BRIEF,
      brokenStore(() => ({ acquire: () => ({ release: () => undefined }) })),
    );
    const problems = judgeStress(outcome, BRIEF).join("\n");
    expect(problems).toContain("lost update");
    expect(problems).toContain("not serializable: ");
  });

  it("[5.1] a store that drops commits is found out", async () => {
    let commits = 0;
    const broken = brokenStore((store) => ({
      commit: (change) => store.commit(++commits % 20 === 0 ? { entries: new Map() } : change),
    }));
    const problems = judgeStress(await runStress(BRIEF, broken), BRIEF).join("\n");
    expect(problems).toContain("lost: ");
  });

  it("says what hangs, what waits too long, and what is still locked", () => {
    const store = memoryStateStore();
    store.acquire({ owner: {}, reads: [], writes: ["k"] });
    const outcome: StressOutcome = {
      store,
      keys: { outer: [], inner: [], accounts: [], counters: [] },
      started: 3,
      ended: { committed: 1, rolled_back: 0, rejected: 0, suspended: 0, canceled: 0 },
      counted: new Map(),
      surprises: ["run a ended rejected, not committed"],
      hanging: 0,
      openInLogs: ["b"],
      runsInLogs: 1,
      waits: { p50: 1, p99: 2, max: 20_000 },
      serializability: { serializable: true, runs: 1, problems: [], latest: new Map() },
      elapsedMs: 1,
    };
    expect(judgeStress(outcome, SHORT)).toEqual([
      "unexpected end: run a ended rejected, not committed",
      "lost: 1 runs never end in the logs, such as b",
      "starvation: a run waited 20000 ms for its locks, 15000 ms are allowed",
      "a lock is still held after every run has ended",
    ]);
    expect(judgeStress({ ...outcome, hanging: 2 }, SHORT)).toContain("deadlock: 2 proposals were never answered");
  });
});
