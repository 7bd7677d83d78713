import type { StoredApprovalRequest } from "@car/ir/ports";

/** A request to approve a payment, open until 1,000. */
export function requestOf(id: string): StoredApprovalRequest {
  return {
    id,
    subject: "s",
    run_id: "run",
    proposal_id: "p",
    action_id: "a",
    tool: "pay",
    parameters: {},
    principal: "default",
    reasons: [],
    reversibility: "irreversible",
    requested_at: 1,
    expires_at: 1_000,
  };
}
