import { DEFAULT_LIMITS, type JsonValue, PayloadErasedError, payloadOf, type ProposalReceivedData } from "@car/ir";
import { labelSet, measureJson } from "@car/ir/internal";
import { SessionState } from "../session/session-state.js";
import { said } from "./followed-run.js";
import type { SessionEvent } from "./log-steps.js";

/** Sessions that are remembered; nothing in a log says that one is over, so the one used longest ago is forgotten. */
const MAX_SESSIONS = 10_000;
/** Bytes, about, of what all of them together were told and shown. */
const MAX_BYTES = 1 << 28;
/** A session bounds by itself what it remembers. */
const MAX_SESSION_BYTES = 1 << 22;

interface ReplayedSession {
  readonly state: SessionState;
  bytes: number;
}

/** The sessions of a log, as far as it has been replayed: what was said and shown in them, and what their runs have left. */
export class ReplayedSessions {
  /** In the order of their last use. */
  private readonly known = new Map<string, ReplayedSession>();
  /** Sequences of events of which nobody can say any more of which session they told. */
  private readonly erased = new Set<number>();
  private bytes = 0;

  /** A session was opened, or told something. */
  take(event: SessionEvent): void {
    if (said(event) === undefined) return void this.erased.add(event.seq);
    if (event.kind === "session_opened") {
      const { session_id, principal, request } = payloadOf(event);
      this.open(session_id, principal);
      if (request !== undefined) this.say(session_id, request);
    } else {
      const { session_id, said: words, shown, labels = [] } = payloadOf(event);
      if (words !== undefined) this.say(session_id, words);
      if (shown !== undefined) this.show(session_id, shown, labels);
    }
    this.known.get(payloadOf(event).session_id)?.state.noteTold(event.seq);
    this.forgetOldest();
  }

  /**
   * The session of a run that begins, as it is now; `undefined` when that is not known.
   * @throws `PayloadErasedError` when something that was said or shown in it was erased, and texts matter.
   */
  of(begun: ProposalReceivedData, matter: { readonly texts: boolean }): SessionState | undefined {
    const { session_id: id = "", session_told = [] } = begun;
    const lost = session_told.find((seq) => this.erased.has(seq));
    if (lost === undefined) return this.use(id);
    if (matter.texts) {
      this.lose(id);
      throw new PayloadErasedError(lost);
    }
    if (!this.known.has(id)) this.open(id, begun.principal);
    const session = this.use(id)!;
    session.takeTold();
    for (const seq of session_told) session.noteTold(seq);
    return session;
  }

  /** What a run has left in its session is not known. */
  lose(id: string): void {
    this.bytes -= this.known.get(id)?.bytes ?? 0;
    this.known.delete(id);
  }

  /** A run of the session has ended, and these are its outputs: somebody has to remember them. */
  weigh(id: string, outputs: Iterable<JsonValue>): void {
    const session = this.known.get(id);
    if (session === undefined) return;
    for (const output of outputs) this.add(session, sizeOf(output));
    this.forgetOldest();
  }

  private open(id: string, principal: string): void {
    this.known.set(id, { state: new SessionState(id, principal), bytes: 0 });
  }

  private use(id: string): SessionState | undefined {
    const session = this.known.get(id);
    if (session === undefined) return undefined;
    this.known.delete(id);
    this.known.set(id, session);
    return session.state;
  }

  private say(id: string, text: string): void {
    const session = this.known.get(id);
    if (session === undefined) return;
    session.state.texts.say(text);
    this.add(session, text.length);
  }

  private show(id: string, shown: JsonValue, labels: readonly string[]): void {
    const session = this.known.get(id);
    if (session === undefined) return;
    session.state.showContext(shown, labelSet(labels));
    this.add(session, sizeOf(shown));
  }

  private add(session: ReplayedSession, bytes: number): void {
    const more = Math.min(bytes, MAX_SESSION_BYTES - session.bytes);
    session.bytes += more;
    this.bytes += more;
  }

  private forgetOldest(): void {
    for (const id of this.known.keys()) {
      if (this.known.size <= MAX_SESSIONS && this.bytes <= MAX_BYTES) return;
      this.lose(id);
    }
  }
}

function sizeOf(value: JsonValue): number {
  const size = measureJson(value, { maxDepth: DEFAULT_LIMITS.max_depth, maxBytes: MAX_SESSION_BYTES });
  return typeof size === "number" ? size : MAX_SESSION_BYTES;
}
