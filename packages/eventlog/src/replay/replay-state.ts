import {
  LogCorruptError,
  payloadOf,
  type CarEvent,
  type EventOf,
  type StateEntry,
  type StateSnapshotData,
  type Transition,
} from "@car/ir";
import { type ReplayedState, StateFold } from "./replayed-state.js";

/**
 * Rebuilds the state from events alone: snapshots replace it, the host's changes count at once, a run's changes count
 * in their order when the run completes as `committed`, and never otherwise. Holds the state and the changes of the
 * runs that are open, nothing else.
 * @throws `CAR_LOG_PAYLOAD_ERASED` when a payload that is needed was erased or redacted, `CAR_LOG_CORRUPT` when one has
 * not the shape of its kind.
 */
export async function replayState(
  events: AsyncIterable<CarEvent> | Iterable<CarEvent>,
  base?: ReplayBase,
): Promise<ReplayedState> {
  const replay = new Replay(base);
  for await (const event of events) replay.take(event);
  return replay.state;
}

/** A state that is known already, such as a snapshot's. */
export interface ReplayBase {
  /** Count of commits. */
  readonly version: number;
  /** Taken over as they are: nobody may change them. */
  readonly entries: Iterable<readonly [key: string, entry: StateEntry]>;
  /** Sequence of the last event that is in it. Events up to it count only for runs that complete later. */
  readonly through: number;
}

/** What can follow changes of an action only when its success was lost with the process. */
const VOIDS: ReadonlySet<CarEvent["kind"]> = new Set<CarEvent["kind"]>([
  "action_executing",
  "action_in_doubt",
  "action_failed",
  "action_rejected",
  "action_skipped",
]);

class Replay {
  readonly state = new StateFold();
  private readonly through: number;
  private readonly openRuns = new Map<string, EventOf<"state_changed">[]>();

  constructor(base: ReplayBase | undefined) {
    this.through = base?.through ?? 0;
    if (base !== undefined) this.state.restore(base.version, base.entries);
  }

  take(event: CarEvent): void {
    // Every other kind of event leaves the state alone.
    if (event.kind === "state_snapshot") this.load(event);
    else if (event.kind === "state_changed") this.change(event);
    else if (event.kind === "proposal_completed") this.complete(event);
    else if (VOIDS.has(event.kind)) this.forget(event);
  }

  /** Changes whose action did not succeed with them: the process ended in between, and it was made again or given up. */
  private forget({ run_id: runId = "", action_id: actionId }: CarEvent): void {
    const changed = this.openRuns.get(runId);
    if (changed?.some((event) => event.action_id === actionId) !== true) return;
    this.openRuns.set(
      runId,
      changed.filter((event) => event.action_id !== actionId),
    );
  }

  private load(event: EventOf<"state_snapshot">): void {
    if (event.seq > this.through) this.state.load(snapshotOf(event));
  }

  private change(event: EventOf<"state_changed">): void {
    if (event.run_id === undefined) {
      if (event.seq > this.through) this.state.commit(changesOf(event));
      return;
    }
    const earlier = this.openRuns.get(event.run_id);
    if (earlier === undefined) this.openRuns.set(event.run_id, [event]);
    else earlier.push(event);
  }

  private complete(event: EventOf<"proposal_completed">): void {
    const changed = this.openRuns.get(event.run_id ?? "");
    if (changed === undefined) return;
    this.openRuns.delete(event.run_id ?? "");
    if (event.seq <= this.through) return;
    // A run that was undone needs no payload, so an erased one does not stop the replay.
    if (payloadOf(event).status === "committed") this.state.commit(changed.flatMap(changesOf));
  }
}

/** What rebuilds the state must be what it says, so this reader does not take the payload's word for it. */
const isList: (value: unknown) => boolean = Array.isArray;

function changesOf(event: EventOf<"state_changed">): readonly Transition[] {
  const { changes } = payloadOf(event);
  if (!isList(changes)) throw new LogCorruptError(`event ${event.seq} has no \`changes\``);
  return changes;
}

function snapshotOf(event: EventOf<"state_snapshot">): StateSnapshotData {
  const { entries, version } = payloadOf(event);
  if (!isList(entries) || typeof version !== "number") {
    throw new LogCorruptError(`event ${event.seq} has no \`entries\` or no \`version\``);
  }
  return { entries, version };
}
