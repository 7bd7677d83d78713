import { type CarEvent, type EventDataOf, type EventOf, type LoggedConfig, payloadOf, type StateEntry } from "@car/ir";
import type { StateView } from "@car/ir/ports";
import { CommittedState, type RestoreStore } from "./committed-state.js";
import { LoggedConfigs } from "./logged-configs.js";
import type { SkippedRun } from "./replay-report.js";

/** A state that is known already, and up to which event. */
export interface ReplayStart {
  readonly version: number;
  readonly entries: Iterable<readonly [key: string, entry: StateEntry]>;
  /** Sequence of the last event that is in it. */
  readonly through: number;
}

/** A run of a log, once it has ended. */
export interface LoggedRun {
  /** The first of `events`. */
  readonly received: EventOf<"proposal_received">;
  readonly events: readonly CarEvent[];
  /** The state when it had its locks. */
  readonly view: StateView;
  readonly config: LoggedConfig | undefined;
}

interface OpenRun {
  readonly received: EventOf<"proposal_received">;
  readonly events: CarEvent[];
  readonly config: LoggedConfig | undefined;
  view: StateView | undefined;
}

/**
 * The runs of a log in the order in which they ended, each with the state and the configuration it had. Holds the state
 * and the events of open runs, nothing else. A run's view is gone when the next run is asked for.
 */
export async function* recordedRuns(
  events: AsyncIterable<CarEvent> | Iterable<CarEvent>,
  restore: RestoreStore,
  start?: ReplayStart,
): AsyncGenerator<LoggedRun | SkippedRun> {
  const runs = new Following(restore, start);
  for await (const event of events) {
    const ended = runs.take(event);
    if (ended !== undefined) yield ended;
    runs.apply(event);
  }
  yield* runs.unfinished();
}

class Following {
  private readonly configs = new LoggedConfigs();
  private readonly state: CommittedState;
  private readonly through: number;
  private readonly open = new Map<string, OpenRun>();

  constructor(restore: RestoreStore, start: ReplayStart | undefined) {
    this.state = new CommittedState(restore, start);
    this.through = start?.through ?? 0;
  }

  /** Follows an event. Gives the run that it ends. */
  take(event: CarEvent): LoggedRun | SkippedRun | undefined {
    const { run_id: id } = event;
    if (id === undefined) {
      this.configs.take(event);
      return undefined;
    }
    if (event.kind === "proposal_received") {
      this.open.set(id, { received: event, events: [], config: this.configs.of(id), view: undefined });
    }
    const run = this.open.get(id);
    run?.events.push(event);
    if (event.kind === "proposal_admitted" && run !== undefined) run.view ??= this.state.view();
    if (event.kind !== "proposal_completed") return undefined;
    if (run === undefined) return skippedRun(event, "beginning_missing");
    run.view ??= this.state.view();
    const { received, events, view, config } = run;
    const reason = reasonToSkip(run, event);
    return reason === undefined ? { received, events, view, config } : skippedRun(received, reason);
  }

  /** Changes the state by an event, after whoever needed the state before it. */
  apply(event: CarEvent): void {
    const { run_id: id = "", seq } = event;
    if (event.run_id === undefined && seq > this.through) this.state.take(event);
    if (event.kind !== "proposal_completed") return;
    const run = this.open.get(id);
    this.open.delete(id);
    run?.view?.release?.();
    const changed = run?.events.filter((each) => each.kind === "state_changed") ?? [];
    if (changed.length === 0 || seq <= this.through) return;
    if (payloadOf(event).status === "committed") this.state.commit(changed);
  }

  *unfinished(): Generator<SkippedRun> {
    for (const { received } of this.open.values()) yield skippedRun(received, "open");
  }
}

function skippedRun({ run_id = "", proposal_id = "", seq }: CarEvent, reason: SkippedRun["reason"]): SkippedRun {
  return { run_id, proposal_id, seq, reason };
}

/** What an execution of one run alone cannot show again. */
function reasonToSkip(
  { received, events }: OpenRun,
  completed: EventOf<"proposal_completed">,
): SkippedRun["reason"] | undefined {
  if (said(received)?.proposal_hash === "") return "unparsed";
  if (events.some(({ kind }) => kind === "proposal_suspended")) return "suspended";
  if (events.some((event) => event.kind === "proposal_resumed" && said(event)?.after === "crash")) return "interrupted";
  return said(completed)?.cause?.code === "store_error" ? "broken" : undefined;
}

/** Of an erased payload nothing can be said here; whoever needs it will say so. */
function said<E extends CarEvent>(event: E): EventDataOf[E["kind"]] | undefined {
  return event.data_digest === undefined ? payloadOf(event) : undefined;
}
