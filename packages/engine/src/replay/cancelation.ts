import { type CarEvent, payloadOf, type Reason } from "@car/ir";

/** Why the run was canceled, if this event tells that it was just then. */
export function canceledBy(event: CarEvent): Reason | undefined {
  return event.kind === "proposal_canceled" ? payloadOf(event).reason : undefined;
}

/** A signal that was aborted, and why. */
export function abortedFor(message: string): AbortSignal {
  const controller = new AbortController();
  controller.abort(new Error(message));
  return controller.signal;
}
