import type { EntryWrite, JsonValue, LabelSet } from "@car/ir";

/** One state write of a tool, with its origin. */
export interface RecordedWrite {
  readonly key: string;
  readonly write: EntryWrite;
}

/** What a finished call left: enough to answer for it again. */
export interface RecordedAnswer {
  readonly output: JsonValue;
  /** Writes of the tool itself, not the action's own claims. */
  readonly writes: readonly RecordedWrite[];
  /** Data-flow labels of the output and the writes. */
  readonly labels?: LabelSet;
  readonly runId: string;
  readonly actionId: string;
}
