import type { Decision } from "@car/ir/ports";

/** What the approval gate remembers about one action. */
export interface ApprovalNote {
  /** The policy's wish for an approval, from its last decision. */
  wish: Decision | undefined;
  /** The yes that was given last. */
  grant: ApprovalGrantNote | undefined;
  /** Names the request in the host's store, once one is open. */
  requestId: string | undefined;
  /** How often somebody was asked inline. */
  asked: number;
}

/** A yes, and what it is good for. */
export interface ApprovalGrantNote {
  /** The reasons for which it was asked, as `coverOf` writes them. A yes to one question is no yes to another. */
  readonly covers: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** The reasons for an approval, in one text. */
export function coverOf({ reasons }: Decision): string {
  return JSON.stringify(reasons.map(({ policy_id, message }) => [policy_id, message]));
}
