import { type CarEvent, type EventKind, jsonOfEvent, type JsonObject, type JsonValue, payloadOf } from "@car/ir";
import type { EventDraft } from "@car/ir/ports";
import { comparable, type Compared } from "./comparable.js";
import { firstDifference } from "@car/ir/internal";
import type { Divergence } from "./replay-report.js";

/** Kinds that come from outside of the run: none of them may be overtaken before it has been supplied. */
const INPUTS: ReadonlySet<EventKind> = new Set<EventKind>([
  "action_succeeded",
  "action_failed",
  "action_in_doubt",
  "approval_recorded",
  "image_read",
  "action_probed",
  "compensation_succeeded",
  "compensation_failed",
]);

const NOBODY = "";

/** How a second execution is held against its recording. */
export interface ScriptOptions {
  readonly compared: Compared;
  /** The recording ends before the run did: what comes after it is no difference. */
  readonly isPart: boolean;
}

/**
 * The recorded events of one run, from its beginning to its end, against which a second execution is held. The events of
 * one action must come in the recorded order; those of different actions may change places only where nothing that
 * came from outside stands between them.
 */
export class Script {
  readonly events: readonly CarEvent[];
  /** How many came again. */
  matched = 0;
  divergence: Divergence | undefined = undefined;
  /** Somebody waited for a place or a token. */
  readonly hasQueues: boolean;
  private readonly recorded: readonly CarEvent[];
  private readonly used: boolean[];
  /** Actions whose tool was called. */
  private readonly called: ReadonlySet<string>;
  private readonly supplied = new Set<CarEvent>();
  /** Places of each action's events that have not come again, the next one last. */
  private readonly queues = new Map<string, number[]>();
  private readonly latest = new Map<string, CarEvent>();
  /** The event that came last. */
  last: CarEvent | undefined = undefined;
  private readonly options: ScriptOptions;
  private at = 0;
  /** Sequence of the last event that may come by now: what is recorded after it comes after something of other runs. */
  horizon = 0;

  /** @throws `PayloadErasedError` for the first event whose payload is gone. */
  constructor(recorded: readonly CarEvent[], options: ScriptOptions) {
    this.options = options;
    this.recorded = recorded;
    // What came too late changed nothing but what may still come, and for that see `lateAnswers`.
    const events = recorded.filter(({ kind }) => kind !== "late_result_dropped");
    this.events = events;
    this.used = new Array<boolean>(events.length).fill(false);
    this.hasQueues = events.some(({ kind }) => kind === "rate_limited");
    const calls = events.filter(({ kind }) => kind === "action_executing");
    this.called = new Set(calls.map(({ action_id = NOBODY }) => action_id));
    for (let place = events.length - 1; place >= 0; place--) {
      const { action_id: id = NOBODY } = events[place]!;
      const queue = this.queues.get(id);
      if (queue === undefined) this.queues.set(id, [place]);
      else queue.push(place);
    }
    for (const event of events) payloadOf(event);
  }

  /** The first event that has not come again. */
  next(): CarEvent | undefined {
    return this.events[this.at];
  }

  /** Whether the next event may come by now. */
  get isDue(): boolean {
    const next = this.next();
    return next !== undefined && next.seq <= this.horizon;
  }

  /** Whether the next event is about this action, and may come by now. */
  isNext(actionId: string): boolean {
    return this.isDue && this.next()?.action_id === actionId;
  }

  /** This action's events that have not come again, in order. */
  ahead(actionId: string): readonly CarEvent[] {
    return (this.queues.get(actionId) ?? []).map((place) => this.events[place]!).reverse();
  }

  /** This action's event that came last. */
  lastEvent(actionId: string): CarEvent | undefined {
    return this.latest.get(actionId);
  }

  /** How many of the action's calls had answered too late by the time its compensation began. */
  lateAnswers(actionId: string): number {
    const own = this.recorded.filter(({ action_id }) => action_id === actionId);
    const start = own.findIndex(({ kind }) => kind === "compensation_started");
    return own.slice(0, start).filter(({ kind }) => kind === "late_result_dropped").length;
  }

  /** All events that have not come again, in order. */
  rest(): readonly CarEvent[] {
    return this.events.filter((_, place) => place >= this.at && !this.used[place]);
  }

  /** Says that what leads to an event has been supplied. Returns false when it had been before. */
  supply(event: CarEvent): boolean {
    if (this.supplied.has(event)) return false;
    this.supplied.add(event);
    return true;
  }

  /**
   * Holds an event of the second execution against the recorded one. Nothing is compared after a divergence.
   * @returns the recorded one, if they agree.
   */
  take({ kind, scope, action, attempt, data }: EventDraft): CarEvent | undefined {
    if (this.divergence !== undefined || (kind === "policy_decided" && !this.options.compared.policy)) return undefined;
    const queue = this.queues.get(scope?.action_ids[action] ?? NOBODY) ?? [];
    const place = queue.at(-1);
    if (place === undefined) return this.surplus(kind);
    const recorded = this.events[place]!;
    if (recorded.kind !== kind)
      return this.diverge(recorded, { field: "kind", recorded: recorded.kind, replayed: kind });
    const attempts = { recorded: recorded.attempt ?? 0, replayed: attempt };
    if (attempts.recorded !== attempt) return this.diverge(recorded, { field: "attempt", ...attempts });
    const { compared } = this.options;
    const left = comparable(kind, jsonOfEvent(recorded), compared);
    const found = firstDifference(left, comparable(kind, plain(data), compared));
    if (found !== undefined) {
      return this.diverge(recorded, { field: found.path, recorded: found.left, replayed: found.right });
    }
    const overtaken = this.overtaken(place);
    if (overtaken !== undefined) {
      return this.diverge(overtaken, { field: "order", recorded: overtaken.kind, replayed: kind });
    }
    queue.pop();
    this.latest.set(recorded.action_id ?? NOBODY, recorded);
    this.last = recorded;
    this.use(place);
    return recorded;
  }

  /** Says that the next event did not come again. */
  missing(): void {
    const next = this.next();
    if (next !== undefined) this.diverge(next, { field: "missing", recorded: next.kind, replayed: undefined });
  }

  private surplus(kind: EventKind): undefined {
    const near = this.next();
    // What comes after the end of a recording is not part of it.
    if (near === undefined || this.options.isPart) return undefined;
    return this.diverge(near, { field: "kind", recorded: near.kind, replayed: kind });
  }

  private overtaken(place: number): CarEvent | undefined {
    for (let earlier = this.at; earlier < place; earlier++) {
      const event = this.events[earlier]!;
      if (this.used[earlier]) continue;
      // What came from outside comes when it is next, so it overtakes nothing.
      if (this.isInput(this.events[place]!) || (this.isInput(event) && !this.supplied.has(event))) return event;
    }
    return undefined;
  }

  /** What ended without a call follows from what came before. */
  private isInput({ kind, action_id = NOBODY }: CarEvent): boolean {
    return INPUTS.has(kind) && this.called.has(action_id);
  }

  private use(place: number): void {
    this.used[place] = true;
    this.matched++;
    while (this.used[this.at] === true) this.at++;
  }

  private diverge(event: CarEvent, what: Pick<Divergence, "field" | "recorded" | "replayed">): undefined {
    const { seq, kind, action_id, run_id = "", proposal_id = "" } = event;
    const of = action_id === undefined ? "" : ` of \`${action_id}\``;
    this.divergence = {
      run_id,
      proposal_id,
      seq,
      kind,
      ...(action_id === undefined ? {} : { action_id }),
      ...what,
      message: `event ${seq}, ${kind}${of}: ${what.field}: recorded ${textOf(what.recorded)}, now ${textOf(what.replayed)}`,
    };
  }
}

const MAX_TEXT = 200;

function textOf(value: JsonValue | undefined): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}...`;
}

/** As it would be in a log: without what is undefined. */
function plain(data: object | undefined): JsonObject {
  return data === undefined ? {} : (JSON.parse(JSON.stringify(data)) as JsonObject);
}
