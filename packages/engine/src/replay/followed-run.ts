import { type CarEvent, type EventDataOf, type EventOf, type LoggedConfig, payloadOf } from "@car/ir";
import type { StateView } from "@car/ir/ports";
import type { SkippedRun } from "./replay-report.js";

/** A run of a log, as far as the log has been read. */
export class FollowedRun {
  readonly id: string;
  /** The first of `events`. */
  readonly received: EventOf<"proposal_received">;
  /** What its first event tells; `undefined` when that was erased. */
  readonly begun: EventDataOf["proposal_received"] | undefined;
  readonly config: LoggedConfig | undefined;
  /** The run whose call began it; `undefined` also when the log does not have that one. */
  readonly parent: FollowedRun | undefined;
  /** The run and all that its calls began, of a run that has no parent. */
  readonly tree: FollowedRun[] = [];
  readonly events: CarEvent[] = [];
  /** The state when it had its locks, and each time when it had them again. */
  readonly views: StateView[] = [];
  end: EventOf<"proposal_completed"> | undefined = undefined;
  /** Of a run without a parent: nothing more is waited for, neither of it nor of what it began. */
  isRead = false;
  /** Too much came before its end to be waited for. */
  isLeft = false;

  constructor(
    received: EventOf<"proposal_received">,
    from: { readonly config: LoggedConfig | undefined; readonly parent: FollowedRun | undefined },
  ) {
    this.id = received.run_id!;
    this.received = received;
    this.begun = said(received);
    this.config = from.config;
    this.parent = from.parent;
    this.root.tree.push(this);
  }

  get root(): FollowedRun {
    return this.parent?.root ?? this;
  }

  /** It waits for approvals, and nobody has taken it up yet. */
  get isSuspended(): boolean {
    const last = this.events.findLast(({ kind }) => kind === "proposal_suspended" || kind === "proposal_resumed");
    return last?.kind === "proposal_suspended";
  }

  /** Its calls have begun other runs. */
  get hasChildren(): boolean {
    return this.root.tree.some(({ parent }) => parent === this);
  }

  /** Lets go of the states that it had. */
  release(): void {
    for (const view of this.views) view.release?.();
    this.views.length = 0;
  }

  /** What a second execution cannot show again, or only in part. */
  get reasonToSkip(): SkippedRun["reason"] | undefined {
    if (this.begun?.proposal_hash === "") return "unparsed";
    if (this.isLeft) return "too_long";
    if (this.events.some(isTakenUp)) return "interrupted";
    if (this.end === undefined) return "open";
    return said(this.end)?.cause?.code === "store_error" ? "broken" : undefined;
  }

  /**
   * Its events, as far as one process made them. What a run of another process undoes of it after its end is that run's, and
   * is not shown again either.
   */
  get executed(): readonly CarEvent[] {
    const until = this.events.findIndex(isTakenUp);
    const own = until < 0 ? this.events : this.events.slice(0, until);
    const { end, parent } = this;
    const left = parent?.leftAt ?? Infinity;
    if (end === undefined || left === Infinity) return own;
    return own.filter(({ seq }) => seq <= Math.max(end.seq, left));
  }

  /** Where it, or the run that had begun it, is no longer the work of one process. */
  private get leftAt(): number {
    return Math.min(this.events.find(isTakenUp)?.seq ?? Infinity, this.parent?.leftAt ?? Infinity);
  }
}

function isTakenUp(event: CarEvent): boolean {
  return event.kind === "proposal_resumed" && said(event)?.after === "crash";
}

/** Of an erased payload nothing can be said here; whoever needs it will say so. */
export function said<E extends CarEvent>(event: E): EventDataOf[E["kind"]] | undefined {
  return event.data_digest === undefined ? payloadOf(event) : undefined;
}
