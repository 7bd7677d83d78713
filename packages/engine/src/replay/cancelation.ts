import type { CarEvent, Reason } from "@car/ir";

/** Why the run was canceled, if this event tells that it was just then. */
export function canceledBy({ kind, data }: CarEvent): Reason | undefined {
  return kind === "proposal_canceled" ? (data["reason"] as unknown as Reason) : undefined;
}
