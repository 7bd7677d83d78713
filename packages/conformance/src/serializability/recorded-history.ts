/** One read or write of a run, under the name that the value got when it was written. */
export interface RecordedOperation {
  readonly kind: "read" | "write";
  readonly key: string;
  /** Unique among all writes of the key; null for a read that found nothing. */
  readonly version: string | null;
}

/** What one run did, in its own order. */
export interface RecordedRun {
  readonly run_id: string;
  /** False when its writes were dropped. Reads of such a run are not judged. */
  readonly committed: boolean;
  readonly operations: readonly RecordedOperation[];
}

/** What is wrong with a history. `G0` to `G2` are cycles, named as Adya's thesis names them. */
export type Anomaly =
  | "unknown_version"
  | "own_write_missed"
  | "G1a_aborted_read"
  | "G1b_intermediate_read"
  | "G0_dirty_write"
  | "G1c_circular_information"
  | "G_single_anti_dependency"
  | "G2_anti_dependency";

/** Why one run must come before another: it wrote what the other overwrote (`ww`), or read (`wr`), or read what the other overwrote (`rw`). */
export interface Dependency {
  readonly from: string;
  readonly to: string;
  readonly kind: "ww" | "wr" | "rw";
  readonly key: string;
}

/** One reason why no serial order explains a history. */
export interface SerializabilityProblem {
  readonly anomaly: Anomaly;
  /** Run ids, each once. */
  readonly runs: readonly string[];
  readonly keys: readonly string[];
  /** The circle, for a cycle; empty otherwise. */
  readonly cycle: readonly Dependency[];
  readonly message: string;
}
