import type { ApprovalAnswer, ApprovalRequest } from "./approver.js";

/** A request that a store keeps until it is answered or expires. Times are in milliseconds since the epoch. */
export interface StoredApprovalRequest extends ApprovalRequest {
  /** Names this action of this run with this subject; asking again gives the same. */
  readonly id: string;
  /**
   * SHA-256 of everything that an approval covers but the run: tool, its schema, resolved parameters, principal and
   * version of the policy. When any of them changes, the approval does not cover the call any more.
   */
  readonly subject: string;
  readonly requested_at: number;
  /** From then on the request cannot be answered, and its answer does not count. */
  readonly expires_at: number;
}

/** Somebody's answer. Without `sticky` it is good for the one action of the one run that asked. */
export interface ApprovalDecision extends ApprovalAnswer {
  /** Covers the same subject in other runs too, until it expires. */
  readonly sticky?: boolean;
  /** When the answer expires. Default: with the request. */
  readonly expires_at?: number;
}

/** An approval that nobody asked for: of a plan as it is written. */
export interface ApprovalGrant {
  readonly subject: string;
  readonly expires_at: number;
  /** Good for any number of runs; otherwise for the first one that takes it. */
  readonly sticky: boolean;
  readonly by?: string;
  readonly note?: string;
}

/** Which answer is looked for. */
export interface ApprovalQuery {
  /** Of the request; absent when only grants and sticky answers are looked for. */
  readonly id?: string;
  readonly subject: string;
  readonly run_id: string;
  readonly now: number;
}

/** What a store knows about a query. */
export type ApprovalLookup =
  | { readonly state: "unknown" | "pending" | "expired" }
  | { readonly state: "answered"; readonly answer: ApprovalAnswer };

/**
 * Where requests for approval wait, and answers are kept. It belongs to the host: nothing of it ever comes from a
 * proposal. Rules AP-* are in `packages/approvals/SPEC.md`; `testApprovalStore` of `@car/conformance` checks them. The
 * engine treats an exception or a rejection as a denial.
 */
export interface ApprovalStore {
  readonly supports: { readonly durable: boolean };
  /** Keeps a request; when its id is known already, nothing changes. Throws `ApprovalStoreFullError` when there are too many. */
  request(request: StoredApprovalRequest): void | Promise<void>;
  /**
   * Looks for the answer that covers a query: the request's own, else a sticky one or a grant for the subject. A grant
   * that is not sticky belongs from then on to the run that took it. Time never runs backwards here: what has been seen to
   * have expired stays so.
   */
  take(query: ApprovalQuery): ApprovalLookup | Promise<ApprovalLookup>;
  /**
   * Answers a request. The first answer counts.
   * @throws `ApprovalUnknownError` (as a rejection) when the request is unknown, expired, or answered.
   */
  decide(id: string, decision: ApprovalDecision, now: number): Promise<StoredApprovalRequest>;
  /** Gives an approval in advance. */
  grant(grant: ApprovalGrant): Promise<void>;
  /** Requests that can still be answered, oldest first. */
  pending(now: number): Promise<readonly StoredApprovalRequest[]>;
}
