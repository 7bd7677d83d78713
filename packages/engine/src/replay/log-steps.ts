import { type CarEvent, type EventOf, payloadOf, type StateEntry } from "@car/ir";
import { CommittedState, type RestoreStore } from "./committed-state.js";
import { FollowedRun, said } from "./followed-run.js";
import { LoggedConfigs } from "./logged-configs.js";
import type { SkippedRun } from "./replay-report.js";

/** A state that is known already, and up to which event. */
export interface ReplayStart {
  readonly version: number;
  readonly entries: Iterable<readonly [key: string, entry: StateEntry]>;
  /** Sequence of the last event that is in it. */
  readonly through: number;
}

/** What is to be done next of a log. */
export type LogStep =
  /** A session was opened, or something was said or shown in it. */
  | { readonly kind: "session"; readonly event: SessionEvent }
  /** A run goes on: all of it is read, and nothing that matters to it came in between. */
  | { readonly kind: "run"; readonly run: FollowedRun; readonly through: number; readonly isLast: boolean }
  | { readonly kind: "skipped"; readonly run: SkippedRun };

/** An event that is about a session and about none of its runs. */
export type SessionEvent = EventOf<"session_opened" | "session_told">;

/**
 * Which steps must come in the order of the log: of `all` runs, of those of a `session`, or only those of a run and of what its
 * calls began (`run`).
 */
export type StepOrder = "all" | "session" | "run";

/** How a log is followed. */
export interface FollowOptions {
  readonly restore: RestoreStore;
  readonly start: ReplayStart | undefined;
  readonly orderOf: (run: Pick<FollowedRun, "config">) => StepOrder;
}

/** Events of one order that are held while a run before them goes on; beyond that the run is given up. */
const MAX_HELD = 100_000;

/**
 * Follows a log. A run's steps come when the whole of it has been read, and those whose order matters in the order of the log.
 * Holds the state, the events of open runs and what came after them in the same order, nothing else.
 */
export async function* logSteps(
  events: AsyncIterable<CarEvent> | Iterable<CarEvent>,
  options: FollowOptions,
): AsyncGenerator<LogStep> {
  const follower = new LogFollower(options);
  for await (const event of events) yield* follower.take(event);
  yield* follower.end();
}

interface Item {
  readonly run: FollowedRun | undefined;
  readonly event: CarEvent;
}

class LogFollower {
  private readonly configs = new LoggedConfigs();
  private readonly state: CommittedState;
  private readonly options: FollowOptions;
  private readonly open = new Map<string, FollowedRun>();
  /** Items whose order matters, by the name of the order. */
  private readonly lanes = new Map<string, Item[]>();

  constructor(options: FollowOptions) {
    this.options = options;
    this.state = new CommittedState(options.restore, options.start);
  }

  *take(event: CarEvent): Generator<LogStep> {
    const { run_id: id } = event;
    if (id === undefined) return void (yield* this.takeOutside(event));
    if (event.kind === "proposal_received") this.begin(event);
    const run = this.open.get(id);
    if (run !== undefined) return void (yield* this.takeOf(run, event));
    if (event.kind === "proposal_completed") yield { kind: "skipped", run: skippedRun(event, "beginning_missing") };
  }

  *end(): Generator<LogStep> {
    for (const run of this.open.values()) run.root.isRead = true;
    for (const lane of [...this.lanes.keys()]) yield* this.proceed(lane);
  }

  private *takeOutside(event: CarEvent): Generator<LogStep> {
    const { start } = this.options;
    this.configs.take(event);
    if (event.seq > (start?.through ?? 0)) this.state.take(event);
    if (event.kind !== "session_opened" && event.kind !== "session_told") return;
    yield* this.hold(this.laneOfSession(said(event)?.session_id), { run: undefined, event });
  }

  private begin(received: EventOf<"proposal_received">): void {
    const id = received.run_id!;
    const parent = this.open.get(said(received)?.parent_run_id ?? "");
    this.open.set(id, new FollowedRun(received, { config: this.configs.of(id), parent }));
  }

  private *takeOf(run: FollowedRun, event: CarEvent): Generator<LogStep> {
    if (hasLocks(run, event)) run.views.push(this.state.view());
    if (!run.isLeft || event.kind === "state_changed") run.events.push(event);
    if (event.kind === "proposal_completed") this.complete(run, event);
    if (!run.isLeft) yield* this.hold(this.laneOf(run), { run, event });
  }

  private complete(run: FollowedRun, event: EventOf<"proposal_completed">): void {
    run.end = event;
    if (run.views.length === 0) run.views.push(this.state.view());
    const { root } = run;
    if (run === root) {
      root.isRead = true;
      for (const { id } of root.tree) this.open.delete(id);
    }
    const changed = run.events.filter((each) => each.kind === "state_changed");
    if (changed.length === 0 || event.seq <= (this.options.start?.through ?? 0)) return;
    if (payloadOf(event).status === "committed") this.state.commit(changed);
  }

  private *hold(lane: string, item: Item): Generator<LogStep> {
    let items = this.lanes.get(lane);
    if (items === undefined) this.lanes.set(lane, (items = []));
    items.push(item);
    if (items.length > MAX_HELD) this.leave(items[0]!.run!.root);
    yield* this.proceed(lane);
  }

  private leave(root: FollowedRun): void {
    root.isRead = true;
    for (const run of root.tree) run.isLeft = true;
  }

  /** Takes from a lane whatever is not held up by a run that has not been read to its end. */
  private *proceed(lane: string): Generator<LogStep> {
    const items = this.lanes.get(lane) ?? [];
    let at = 0;
    while (at < items.length) {
      const { run, event } = items[at]!;
      if (run === undefined) {
        at++;
        yield { kind: "session", event: event as SessionEvent };
        continue;
      }
      if (!run.root.isRead) break;
      while (items[at + 1]?.run === run) at++;
      const through = items[at]!.event.seq;
      at++;
      const isLast = run.isLeft
        ? !items.some((item, place) => place >= at && item.run === run)
        : run.events.at(-1)!.seq <= through;
      yield { kind: "run", run, through, isLast };
      if (isLast) run.release();
    }
    if (at >= items.length) this.lanes.delete(lane);
    else if (at > 0) items.splice(0, at);
  }

  private laneOf(run: FollowedRun): string {
    const { root } = run;
    switch (this.options.orderOf(root)) {
      case "all":
        return ALL;
      case "session":
        return root.begun?.session_id === undefined ? `run ${root.id}` : `session ${root.begun.session_id}`;
      case "run":
        return `run ${root.id}`;
    }
  }

  private laneOfSession(id: string | undefined): string {
    return this.options.orderOf({ config: undefined }) === "all" ? ALL : `session ${id ?? ""}`;
  }
}

const ALL = "all";

/** Whether a run has its locks now and had none before: it begins, or goes on after it was suspended. */
function hasLocks(run: FollowedRun, event: CarEvent): boolean {
  switch (event.kind) {
    case "proposal_admitted":
      return true;
    case "proposal_resumed":
      return said(event)?.after === "approval";
    case "proposal_canceled":
      return run.isSuspended;
    default:
      return false;
  }
}

/** Names a run that is not executed again. */
export function skippedRun({ run_id = "", proposal_id = "", seq }: CarEvent, reason: SkippedRun["reason"]): SkippedRun {
  return { run_id, proposal_id, seq, reason };
}
