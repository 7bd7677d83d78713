import type { ActionSucceededData, ProposalReceivedData, StateChangedData } from "@car/ir";
import { isParsedProposal, memoryBytes, proposalFacts } from "@car/ir/internal";
import type { EventDraft } from "@car/ir/ports";

/** What is counted for a payload that is small by what it says. */
const SMALL_BYTES = 128;

/**
 * Bytes of memory that an event's payload takes, roughly. Most events say little and are not looked at; of the others,
 * only what may be large. Never throws.
 */
export function payloadBytes(draft: Pick<EventDraft, "kind" | "data" | "lazy">): number {
  const { kind, lazy } = draft;
  try {
    if (lazy !== undefined) return SMALL_BYTES + lazy.bytes;
    const { data } = draft;
    if (data === undefined) return 0;
    switch (kind) {
      case "policy_decided":
      case "action_validated":
      case "proposal_completed":
        return SMALL_BYTES;
      case "action_succeeded":
        return SMALL_BYTES + memoryBytes((data as ActionSucceededData).output);
      case "proposal_received":
        return SMALL_BYTES + proposalBytes((data as ProposalReceivedData).proposal);
      case "state_changed":
        return changedBytes((data as StateChangedData).changes);
      default:
        return memoryBytes(data);
    }
  } catch {
    // A payload that is no plain JSON; reading the event tells what can be told of it.
    return SMALL_BYTES;
  }
}

function proposalBytes(proposal: object): number {
  return isParsedProposal(proposal) ? proposalFacts(proposal).bytes : memoryBytes(proposal);
}

function changedBytes(changes: StateChangedData["changes"]): number {
  let bytes = SMALL_BYTES;
  for (let index = 0; index < changes.length; index++) bytes += SMALL_BYTES + memoryBytes(changes[index]!.value);
  return bytes;
}
