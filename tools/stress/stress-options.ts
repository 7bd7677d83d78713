/** What a stress run is made of. */
export interface StressOptions {
  readonly seconds: number;
  /** Runtimes on one store. */
  readonly runtimes: number;
  /** Proposals that each runtime has open at any moment. */
  readonly inFlight: number;
  /** Accounts and counters in all; every proposal fights for some of them. */
  readonly keys: number;
  readonly seed: number;
  /** A lock that is waited for longer than this is starvation. */
  readonly maxWaitMs: number;
}

export const DEFAULT_STRESS: StressOptions = {
  seconds: 60,
  runtimes: 64,
  inFlight: 2,
  keys: 100,
  seed: 1,
  maxWaitMs: 5_000,
};
