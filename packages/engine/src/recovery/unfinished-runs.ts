import { type CarEvent, type EventOf, payloadOf, type ProposalStatus } from "@car/ir";
import type { EventLog } from "@car/ir/ports";
import { readRun } from "./read-run.js";
import type { RecordedRun } from "./recorded-run.js";

/** A run without an end, and those runs of its tools that had one. */
export interface UnfinishedRun extends RecordedRun {
  readonly children: readonly UnfinishedRun[];
}

/** The runs of a log that have no end, in the order in which they began. Holds the events of open runs and their children only. */
export async function unfinishedRuns(log: EventLog, from: number): Promise<readonly UnfinishedRun[]> {
  const runs = new Following();
  for await (const event of log.read({ from })) runs.take(event);
  return runs.open();
}

/** One run of a log, with those of its tools. */
export interface LoggedRun {
  readonly run: UnfinishedRun;
  /** `undefined` while it has no end. */
  readonly status: ProposalStatus | undefined;
}

/** Finds one run in a log; `undefined` when it has none of that name. Reads the whole log, and holds the events of that run. */
export async function loggedRun(log: EventLog, runId: string): Promise<LoggedRun | undefined> {
  const runs = new Following();
  let status: ProposalStatus | undefined;
  for await (const event of log.read()) {
    if (event.kind === "proposal_received" && !runs.isOf(event, runId, status === undefined)) continue;
    if (event.kind === "proposal_completed" && event.run_id === runId) status = payloadOf(event).status;
    // As if it had not ended, so that its children stay.
    else runs.take(event);
  }
  const [run] = runs.open();
  return run && { run, status };
}

interface LoggedEvents {
  readonly first: EventOf<"proposal_received">;
  readonly rest: CarEvent[];
  isOpen: boolean;
}

/** Runs of a log, until they have ended and nobody can undo them any more. */
class Following {
  private readonly events = new Map<string, LoggedEvents>();
  private readonly childrenOf = new Map<string, string[]>();
  /** Runs that were received while the run was open that had started them. */
  private readonly kept = new Set<string>();

  /**
   * Whether a run that begins is this one, or was started by one that is followed. One that was erased may have been, if it
   * has the same trace and began before that one ended.
   */
  isOf(event: EventOf<"proposal_received">, runId: string, isOpen: boolean): boolean {
    if (event.run_id === runId) return true;
    if (event.data_digest !== undefined) return isOpen && this.events.get(runId)?.first.trace_id === event.trace_id;
    return this.events.has(payloadOf(event).parent_run_id ?? "");
  }

  take(event: CarEvent): void {
    const { run_id: id } = event;
    if (id === undefined) return;
    if (event.kind !== "proposal_received") return this.follow(id, event);
    this.events.set(id, { first: event, rest: [], isOpen: true });
    const { parent_run_id: parent } = payloadOf(event);
    if (parent === undefined || !this.events.has(parent)) return;
    this.kept.add(id);
    const siblings = this.childrenOf.get(parent);
    if (siblings === undefined) this.childrenOf.set(parent, [id]);
    else siblings.push(id);
  }

  private follow(id: string, event: CarEvent): void {
    const run = this.events.get(id);
    if (run === undefined) return;
    run.rest.push(event);
    if (event.kind !== "proposal_completed") return;
    run.isOpen = false;
    // What had ended as part of an open run is undone with that run, and told by it.
    if (!this.kept.has(id) || payloadOf(event).status === "rejected") this.forget(id);
  }

  open(): readonly UnfinishedRun[] {
    return [...this.events]
      .filter(([, { isOpen }]) => isOpen)
      .map(([id]) => this.read(id))
      .sort((left, right) => left.seq - right.seq);
  }

  private read(id: string): UnfinishedRun {
    const { first, rest } = this.events.get(id)!;
    const children = (this.childrenOf.get(id) ?? []).filter((child) => this.events.get(child)?.isOpen === false);
    return { ...readRun(first, rest), children: children.map((child) => this.read(child)) };
  }

  private forget(id: string): void {
    this.events.delete(id);
    this.kept.delete(id);
    for (const child of this.childrenOf.get(id) ?? []) this.forget(child);
    this.childrenOf.delete(id);
  }
}
