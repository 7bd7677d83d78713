import { CarError, payloadOf } from "@car/ir";
import type { PayloadErasedError, ProposalReceivedData } from "@car/ir";
import type { Attempt } from "../dispatch/attempt.js";
import { SessionState } from "../session/session-state.js";
import type { FollowedRun } from "./followed-run.js";
import { ReplayedSessions } from "./replayed-sessions.js";
import type { SkippedRun } from "./replay-report.js";
import type { SecondRun } from "./second-run.js";

/** What a second execution has from before it began. */
export interface PastOfRun {
  readonly session: SessionState | undefined;
  /** The call that began it, in the second execution of its own run. */
  readonly parent: Attempt | undefined;
}

/** What of the past somebody looks at. */
export interface Needs {
  readonly flow: boolean;
  readonly history: boolean;
}

/** What the runs of a log have from before they began. */
export class Past {
  readonly sessions = new ReplayedSessions();
  /** Sessions of which labels are not known that the policy would have seen. */
  private readonly hidden = new WeakSet<SessionState>();

  /**
   * The past of a run; `undefined` when it is needed and not known. Where nobody looks at it, its names are enough.
   * @throws `PayloadErasedError` when something that was said or shown in its session was erased, and is needed.
   */
  of(
    followed: FollowedRun,
    { parent, needs }: { readonly parent: SecondRun | undefined; readonly needs: Needs },
  ): PastOfRun | undefined {
    const isNeeded = needs.flow || needs.history;
    const begun = payloadOf(followed.received);
    const attempt = attemptOf(begun, parent);
    if (begun.parent_run_id !== undefined && attempt === undefined && isNeeded) return undefined;
    if (attempt !== undefined) {
      const { session } = attempt.run;
      if (!isNeeded && session !== undefined) noteTold(session, begun);
      return { session, parent: attempt };
    }
    if (begun.session_id === undefined) return { session: undefined, parent: undefined };
    const session = isNeeded ? this.sessions.of(begun, { texts: needs.flow }) : nameOnly(begun.session_id, begun);
    return session && { session, parent: undefined };
  }

  /** Whether labels of this session are not known. */
  isHidden(session: SessionState): boolean {
    return this.hidden.has(session);
  }

  /** A run has ended: what it has left in its session is known, or not. */
  ended(
    { begun, events }: FollowedRun,
    {
      reason,
      second,
      isHidden,
    }: {
      readonly reason: SkippedRun["reason"] | undefined;
      readonly second: SecondRun | undefined;
      readonly isHidden: boolean;
    },
  ): void {
    const id = begun?.session_id;
    if (id === undefined || reason === "unparsed") return;
    // A session ends with its process, and nothing of it comes after the end of the log.
    const isKnown = reason === undefined || reason === "open" || reason === "interrupted";
    if (second === undefined || second.script.divergence !== undefined || !isKnown) return this.sessions.lose(id);
    const { run } = second;
    if (isHidden && run?.session !== undefined) this.hidden.add(run.session);
    if (run?.flow === undefined) return;
    const outputs = events.flatMap((event) => (event.kind === "action_succeeded" ? [payloadOf(event).output] : []));
    this.sessions.weigh(id, outputs);
  }
}

function attemptOf({ parent_action_id }: ProposalReceivedData, parent: SecondRun | undefined): Attempt | undefined {
  if (parent === undefined || parent.script.divergence !== undefined) return undefined;
  return parent.parts.slotOf(parent_action_id ?? "")?.attempt;
}

function nameOnly(id: string, begun: ProposalReceivedData): SessionState {
  const session = new SessionState(id, begun.principal);
  noteTold(session, begun);
  return session;
}

function noteTold(session: SessionState, { session_told = [] }: ProposalReceivedData): void {
  for (const seq of session_told) session.noteTold(seq);
}

/** Whether a payload that was needed is gone. */
export function isPayloadErased(error: unknown): error is PayloadErasedError {
  return CarError.isInstance(error) && error.code === "CAR_LOG_PAYLOAD_ERASED";
}
