import type { CarEvent } from "@car/ir";
import type { Decision } from "@car/ir/ports";
import type { ChangedDecision } from "./replay-report.js";

/** One answer beside the recorded one. */
export interface Answered {
  readonly action_id: string;
  readonly recorded: Decision;
  readonly now: Decision;
}

/** The questions that one run puts to another policy, and what comes of them. */
export class Questions {
  readonly changed: ChangedDecision[] = [];
  /** What the policy threw. */
  failure: { readonly error: unknown } | undefined = undefined;
  /** Sequence of the event from which on not all labels are known that the policy may look at. */
  hiddenFrom = Infinity;
  private readonly asked = new Set<number>();
  /** What was said of an action before anything ran: said again when it comes to the call, it is no news. */
  private readonly beforehand = new Map<string, Decision["effect"]>();

  /** Whether the policy can be asked at this event: everything that it may look at is known. */
  mayAsk(event: CarEvent): boolean {
    if (this.isHidden(event)) return false;
    // That a proposal was let in as a whole is no decision of its own.
    if (event.kind !== "proposal_admitted") this.asked.add(event.seq);
    return true;
  }

  /** Whether labels that the policy may look at are not known at this event. */
  isHidden({ seq }: CarEvent): boolean {
    return seq > this.hiddenFrom;
  }

  /** Takes an answer. */
  answered(event: CarEvent, { action_id, recorded, now }: Answered): void {
    if (recorded.effect === now.effect) return;
    const isAdmission = event.action_id === undefined;
    if (!isAdmission && this.beforehand.get(action_id) === now.effect) return;
    if (isAdmission) this.beforehand.set(action_id, now.effect);
    const { seq, run_id = "", proposal_id = "" } = event;
    const follows_change = this.changed.some((each) => each.seq < seq);
    this.changed.push({ seq, run_id, proposal_id, action_id, recorded, now, follows_change });
  }

  /** The policy threw: nobody is told of anything else. */
  failed(error: unknown): void {
    this.failure ??= { error };
  }

  /** How often the policy was asked about something that was decided then. */
  get decisions(): number {
    return this.asked.size;
  }

  /** Whether the policy was asked at this event. */
  wasAsked({ seq }: CarEvent): boolean {
    return this.asked.has(seq);
  }
}
