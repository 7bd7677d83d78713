import { payloadOf } from "@car/ir";
import type { EventLog } from "@car/ir/ports";
import type { Ended } from "./journal.js";

/** How the run of a proposal ended, as the log tells. */
export async function endOf(
  log: EventLog,
  proposalId: string,
): Promise<Pick<Ended, "status" | "effects" | "undone" | "named">> {
  let end: Pick<Ended, "status" | "effects"> = { status: "none", effects: "none" };
  const named: string[] = [];
  let undone = 0;
  for await (const event of log.read()) {
    if (event.proposal_id !== proposalId) continue;
    if (event.kind === "compensation_failed") {
      const { reason } = payloadOf(event);
      named.push(`${reason.code}: ${reason.message}`);
    } else if (event.kind === "compensation_succeeded") {
      undone++;
    } else if (event.kind === "proposal_completed") {
      const { status, external_effects: effects } = payloadOf(event);
      end = { status, effects };
    }
  }
  return { ...end, undone, named };
}
