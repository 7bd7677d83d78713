import type { ActionSucceededData, JsonValue, LiveEvent, StateChangedData } from "@car/ir";
import type { RecordedOperation, RecordedRun } from "./recorded-history.js";

/** How to read a history out of events. */
export interface HistoryRecorderOptions {
  /**
   * What an action that succeeded had read, told by its output: an event log does not hold reads otherwise. A value of
   * `undefined` is a key that held nothing.
   */
  readonly readsOf: (output: JsonValue) => readonly { readonly key: string; readonly value: JsonValue | undefined }[];
  /** The name by which a value is told from all others that are written to its key. */
  readonly versionOf: (value: JsonValue) => string;
}

/** Makes a history of the events of any number of runtimes. */
export interface HistoryRecorder {
  /** Takes the next event, in the order in which the runtimes made them: subscribe it to each. */
  readonly note: (event: LiveEvent) => void;
  /** Runs that have ended, in the order of their ends. The list grows. */
  readonly history: readonly RecordedRun[];
  /** Ids of runs that have begun and not ended. */
  readonly open: () => readonly string[];
}

/** A run that has not ended. */
interface OpenRun {
  readonly operations: RecordedOperation[];
  /** What actions have written whose success, with what they had read before, is told by a later event. */
  readonly unplaced: Map<string | undefined, readonly RecordedOperation[]>;
}

/** @throws `TypeError`, from `note`, when a run deletes a key: absence has no version to tell it by. */
export function historyRecorder({ readsOf, versionOf }: HistoryRecorderOptions): HistoryRecorder {
  const history: RecordedRun[] = [];
  const open = new Map<string, OpenRun>();
  let hostWrites = 0;

  const readsIn = ({ output }: ActionSucceededData): readonly RecordedOperation[] =>
    readsOf(output).map(({ key, value }) => {
      return { kind: "read", key, version: value === undefined ? null : versionOf(value) };
    });
  const writesIn = ({ changes }: StateChangedData): readonly RecordedOperation[] =>
    changes.map(({ key, value }) => {
      if (value === undefined)
        throw new TypeError(`\`${key}\` is deleted, which a history cannot tell from never written`);
      return { kind: "write", key, version: versionOf(value) };
    });

  const note = ({ kind, run_id, action_id, data }: LiveEvent): void => {
    // Changes by the host count at once.
    if (run_id === undefined) {
      if (kind !== "state_changed") return;
      hostWrites += 1;
      history.push({ run_id: `host-${hostWrites}`, committed: true, operations: writesIn(data) });
      return;
    }
    if (kind === "proposal_received") open.set(run_id, { operations: [], unplaced: new Map() });
    const run = open.get(run_id);
    if (run === undefined) return;
    if (kind === "state_changed") run.unplaced.set(action_id, writesIn(data));
    if (kind === "action_succeeded") {
      const writes = run.unplaced.get(action_id) ?? [];
      run.unplaced.delete(action_id);
      run.operations.push(...readsIn(data), ...writes);
    }
    if (kind !== "proposal_completed") return;
    open.delete(run_id);
    const operations = [...run.operations, ...[...run.unplaced.values()].flat()];
    history.push({ run_id, committed: data.status === "committed", operations });
  };
  return { note, history, open: () => [...open.keys()] };
}
