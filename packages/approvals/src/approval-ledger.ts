import { ApprovalStoreFullError, ApprovalUnknownError, ConfigInvalidError } from "@car/ir";
import type {
  ApprovalAnswer,
  ApprovalDecision,
  ApprovalGrant,
  ApprovalLookup,
  ApprovalQuery,
  StoredApprovalRequest,
} from "@car/ir/ports";

/** An answer that counts, unless there is one already. */
export interface Decided {
  readonly op: "decide";
  readonly id: string;
  readonly decision: ApprovalDecision;
  readonly at: number;
}

/** One change of a ledger. Applied in the same order, the same entries make the same ledger. */
export type ApprovalEntry =
  | { readonly op: "request"; readonly request: StoredApprovalRequest }
  | Decided
  | { readonly op: "grant"; readonly grant: ApprovalGrant }
  | { readonly op: "use"; readonly subject: string; readonly run_id: string; readonly at: number };

interface Kept {
  readonly request: StoredApprovalRequest;
  decision: ApprovalDecision | undefined;
}

interface Lasting {
  readonly answer: ApprovalAnswer;
  readonly expiresAt: number;
  /** `undefined`: any run may take it. */
  readonly once: { usedBy: string | undefined } | undefined;
}

/** A store keeps so many requests that are neither answered nor expired. */
const MAX_PENDING = 10_000;

/** The memory of an approval store: what was asked, answered, granted and used. Knows neither files nor clocks. */
export class ApprovalLedger {
  private readonly requests = new Map<string, Kept>();
  /** Sticky answers and grants, by subject; the newest counts. */
  private readonly lasting = new Map<string, Lasting>();
  private open = 0;
  /** The latest time that anybody has told: a clock that is set back revives nothing. */
  private latest = 0;

  /** The entry that a request needs, or `undefined` when it is known. Throws `ApprovalStoreFullError`. */
  requesting(request: StoredApprovalRequest): ApprovalEntry | undefined {
    this.see(request.requested_at);
    if (this.requests.has(request.id)) return undefined;
    if (this.open >= MAX_PENDING) this.forgetExpired();
    if (this.open >= MAX_PENDING) {
      throw new ApprovalStoreFullError(`${MAX_PENDING} requests for approval are open; answer some first`);
    }
    return { op: "request", request };
  }

  /** The entry that an answer needs. Throws `ApprovalUnknownError`, and `ConfigInvalidError` for what is no answer. */
  deciding(id: string, decision: ApprovalDecision, now: number): Decided {
    const at = this.see(now);
    const kept = this.requests.get(id);
    const problem = problemOf(kept, at);
    if (problem !== undefined) throw new ApprovalUnknownError(`the request for approval \`${id}\` ${problem}`);
    return { op: "decide", id, decision: checked(decision), at };
  }

  /** What is known, and the entry that using it needs. */
  taking({ id, subject, run_id, now }: ApprovalQuery): { lookup: ApprovalLookup; entry?: ApprovalEntry } {
    const at = this.see(now);
    const kept = id === undefined ? undefined : this.requests.get(id);
    if (kept?.decision !== undefined && kept.request.subject === subject && kept.request.run_id === run_id) {
      const until = kept.decision.expires_at ?? kept.request.expires_at;
      return { lookup: at < until ? { state: "answered", answer: answerOf(kept.decision) } : { state: "expired" } };
    }
    const lasting = this.lasting.get(subject);
    if (lasting !== undefined && at < lasting.expiresAt && isFreeFor(lasting, run_id)) {
      const lookup: ApprovalLookup = { state: "answered", answer: lasting.answer };
      const isNew = lasting.once !== undefined && lasting.once.usedBy === undefined;
      return isNew ? { lookup, entry: { op: "use", subject, run_id, at } } : { lookup };
    }
    if (kept === undefined) return { lookup: { state: "unknown" } };
    return { lookup: { state: at < kept.request.expires_at ? "pending" : "expired" } };
  }

  /** Requests that can be answered, oldest first. */
  pending(now: number): readonly StoredApprovalRequest[] {
    const at = this.see(now);
    return [...this.requests.values()]
      .filter(({ decision, request }) => decision === undefined && at < request.expires_at)
      .map(({ request }) => request);
  }

  /** Throws `ApprovalUnknownError` when the answer that counts is another. */
  assertDecided({ id, decision }: Decided): void {
    if (JSON.stringify(this.requests.get(id)?.decision) === JSON.stringify(decision)) return;
    throw new ApprovalUnknownError(`the request for approval \`${id}\` has been answered`);
  }

  /** A request that is known to be there. */
  requestOf(id: string): StoredApprovalRequest {
    return this.requests.get(id)!.request;
  }

  /** Makes a change that one of the methods above asked for, here or in another process. */
  apply(entry: ApprovalEntry): void {
    switch (entry.op) {
      case "request":
        if (this.requests.has(entry.request.id)) return;
        this.see(entry.request.requested_at);
        this.requests.set(entry.request.id, { request: entry.request, decision: undefined });
        this.open++;
        return;
      case "decide":
        return this.decide(entry);
      case "grant": {
        const { subject, sticky, expires_at: expiresAt } = entry.grant;
        const once = sticky ? undefined : { usedBy: undefined };
        this.lasting.set(subject, { answer: answerOf({ ...entry.grant, approved: true }), expiresAt, once });
        return;
      }
      case "use": {
        this.see(entry.at);
        const once = this.lasting.get(entry.subject)?.once;
        if (once !== undefined) once.usedBy ??= entry.run_id;
      }
    }
  }

  private decide({ id, decision, at }: Decided): void {
    this.see(at);
    const kept = this.requests.get(id);
    // Of two answers from two processes the first counts.
    if (kept === undefined || kept.decision !== undefined) return;
    kept.decision = decision;
    this.open--;
    if (decision.sticky !== true) return;
    const expiresAt = decision.expires_at ?? kept.request.expires_at;
    this.lasting.set(kept.request.subject, { answer: answerOf(decision), expiresAt, once: undefined });
  }

  private see(now: number): number {
    return (this.latest = Math.max(this.latest, now));
  }

  private forgetExpired(): void {
    for (const [id, { request, decision }] of this.requests) {
      if (this.latest < (decision?.expires_at ?? request.expires_at)) continue;
      this.requests.delete(id);
      if (decision === undefined) this.open--;
    }
  }
}

/** The answer, its fields in one order. */
function checked({ approved, by, note, sticky, expires_at }: ApprovalDecision): ApprovalDecision {
  const isText = (value: unknown): boolean => value === undefined || typeof value === "string";
  const isFlag = sticky === undefined || typeof sticky === "boolean";
  const isTime = expires_at === undefined || Number.isFinite(expires_at);
  if (typeof approved !== "boolean" || !isText(by) || !isText(note) || !isFlag || !isTime) {
    throw new ConfigInvalidError("an answer is `approved` (true or false), `by`, `note`, `sticky` and `expires_at`");
  }
  return {
    approved,
    ...(by === undefined ? {} : { by }),
    ...(note === undefined ? {} : { note }),
    ...(sticky === undefined ? {} : { sticky }),
    ...(expires_at === undefined ? {} : { expires_at }),
  };
}

function problemOf(kept: Kept | undefined, at: number): string | undefined {
  if (kept === undefined) return "is not known";
  if (kept.decision !== undefined) return "has been answered";
  return at < kept.request.expires_at ? undefined : "has expired";
}

function isFreeFor({ once }: Lasting, runId: string): boolean {
  return once === undefined || once.usedBy === undefined || once.usedBy === runId;
}

function answerOf({ approved, by, note }: ApprovalAnswer): ApprovalAnswer {
  return {
    approved: approved === true,
    ...(by === undefined ? {} : { by }),
    ...(note === undefined ? {} : { note }),
  };
}
