import { seededRandom } from "@car/conformance";
import { checkSerializable, historyRecorder, type SerializabilityReport } from "@car/conformance/serializability";
import { createRuntime } from "@car/engine";
import { memoryEventLog } from "@car/eventlog";
import type { JsonObject, JsonValue, ProposalResult } from "@car/ir";
import type { RandomSource, StateStore } from "@car/ir/ports";
import { memoryStateStore } from "@car/state";
import { anyProposal } from "./any-proposal.js";
import { type HotKeys, hotKeys, hotValue, initialState } from "./hot-keys.js";
import { lockWaitRecorder, type LockWaits } from "./lock-waits.js";
import type { StressOptions } from "./stress-options.js";
import { readsOf, STRESS_TOOLS } from "./stress-tools.js";

type Runtime = ReturnType<typeof createRuntime>;

/** Everything that happened, before it is judged. */
export interface StressOutcome {
  readonly store: StateStore;
  readonly keys: HotKeys;
  /** How many proposals were given to `execute`, and how they ended. */
  readonly started: number;
  readonly ended: Readonly<Record<ProposalResult["status"], number>>;
  /** Counts that were confirmed, by counter. */
  readonly counted: ReadonlyMap<string, number>;
  /** Runs that ended otherwise than they must, in words; the first few. */
  readonly surprises: readonly string[];
  /** Proposals that had not been answered when the wait for them was over. */
  readonly hanging: number;
  /** Runs that the logs do not show to end. */
  readonly openInLogs: readonly string[];
  readonly runsInLogs: number;
  readonly waits: LockWaits;
  readonly serializability: SerializabilityReport;
  readonly elapsedMs: number;
}

const EVENTS_KEPT = 2_048;
const LOCK_TIMEOUT_MS = 30_000;
/** Longest wait for what is open when the time is up: whoever waits for locks has been told by then. */
const DRAIN_MS = LOCK_TIMEOUT_MS + 5_000;
const MOST_SURPRISES = 10;

/** Many runtimes, one store, few keys. @param store - another one, to see it fail. */
export async function runStress(
  options: StressOptions,
  open: (initial: ReturnType<typeof initialState>) => StateStore = memoryStateStore,
): Promise<StressOutcome> {
  const keys = hotKeys(options.keys);
  const store = open(initialState(keys));
  const recorder = historyRecorder({ readsOf, versionOf: (value) => hotValue(value).by });
  const lockWaits = lockWaitRecorder(() => performance.now());
  const runtimes = Array.from({ length: options.runtimes }, () => {
    const runtime = createRuntime({
      state: store,
      tools: STRESS_TOOLS,
      eventLog: memoryEventLog({ maxEvents: EVENTS_KEPT }),
      limits: { lock_timeout_ms: LOCK_TIMEOUT_MS },
    });
    runtime.subscribe(recorder.note);
    runtime.subscribe(lockWaits.note);
    return runtime;
  });
  const tally = new Tally();
  const start = performance.now();
  const workers = runtimes.flatMap((runtime, index) =>
    Array.from({ length: options.inFlight }, (_, worker) => {
      const random = seededRandom(options.seed * 1_000_003 + index * 97 + worker);
      return work({ runtime, keys, random, tally, until: start + options.seconds * 1_000 });
    }),
  );
  const drained = await settledWithin(workers, options.seconds * 1_000 + DRAIN_MS);
  const elapsedMs = performance.now() - start;
  // Runtimes that hang would not close either.
  if (drained) await Promise.all(runtimes.map((runtime) => runtime.close()));
  const initial = new Map([...keys.accounts, ...keys.counters].map((key) => [key, "initial"]));
  const serializability = checkSerializable(recorder.history, { initial });
  const { started, ended, counted, surprises } = tally;
  const hanging = started - Object.values(ended).reduce((sum, count) => sum + count, 0);
  return {
    ...{ store, keys, started, ended, counted, surprises, hanging, elapsedMs, serializability },
    openInLogs: recorder.open(),
    runsInLogs: recorder.history.length,
    waits: lockWaits.summary(),
  };
}

class Tally {
  started = 0;
  readonly ended = { committed: 0, rolled_back: 0, rejected: 0, suspended: 0, canceled: 0 };
  readonly counted = new Map<string, number>();
  readonly surprises: string[] = [];

  end({ status, results, run_id, cause }: ProposalResult, expected: string): void {
    this.ended[status] += 1;
    const isExpected = expected === "any" ? status === "committed" || status === "canceled" : status === expected;
    if (!isExpected) {
      this.#surprise(`run ${run_id} ended ${status}, not ${expected}: ${cause?.code ?? ""} ${cause?.message ?? ""}`);
    }
    if (status !== "committed") return;
    for (const { output } of results) this.#endChild(run_id, output);
    for (const key of results.flatMap(({ state_changes }) => Object.keys(state_changes))) {
      if (key.startsWith("counter.")) this.counted.set(key, (this.counted.get(key) ?? 0) + 1);
    }
  }

  #endChild(run_id: string, output: JsonValue | undefined): void {
    const { child = "committed" } = (output ?? {}) as JsonObject;
    if (child !== "committed")
      this.#surprise(`the child of run ${run_id} ended ${JSON.stringify(child)}, not committed`);
  }

  #surprise(text: string): void {
    if (this.surprises.length < MOST_SURPRISES) this.surprises.push(text);
  }
}

interface Worker {
  readonly runtime: Runtime;
  readonly keys: HotKeys;
  readonly random: RandomSource;
  readonly tally: Tally;
  /** On the clock of `performance.now()`. */
  readonly until: number;
}

/** One proposal after the other until the time is up. */
async function work({ runtime, keys, random, tally, until }: Worker): Promise<void> {
  while (performance.now() < until) {
    const { proposal, cancelAfterMs, expected } = anyProposal(keys, random);
    tally.started += 1;
    const options = cancelAfterMs === undefined ? {} : { signal: AbortSignal.timeout(cancelAfterMs) };
    tally.end(await runtime.execute(proposal, options), expected);
  }
}

/** False when not all have settled in time. */
async function settledWithin(promises: readonly Promise<void>[], ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const drained = await Promise.race([Promise.all(promises).then(() => true), late]);
  clearTimeout(timer);
  return drained;
}
