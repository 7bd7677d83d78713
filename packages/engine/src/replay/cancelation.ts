import { type CarEvent, payloadOf, type Reason } from "@car/ir";
import { GIVEN_UP } from "../dispatch/call-tool.js";
import { cancelRun } from "../run/cancel-run.js";
import type { Run } from "../run/run.js";
import type { Script } from "./script.js";
import { nextDecision } from "./scripted-policy.js";

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

interface Cancelable {
  readonly script: Script;
  readonly run: Run | undefined;
  /** The one whose call began it. */
  readonly outer: Cancelable | undefined;
}

/** Gives up the run, or one that it is part of, if the event right after `last` tells that somebody did. */
export function cancelAfter(last: CarEvent | undefined, { script, run, outer }: Cancelable): void {
  if (last === undefined) return;
  const next = script.next();
  const cause = next?.seq === last.seq + 1 ? canceledBy(next) : undefined;
  if (cause === undefined) return outer && cancelAfter(last, outer);
  if (run !== undefined) cancelRun(run, cause);
}

/**
 * Whether a cancelation that is recorded after this event came only from what the engine called next, a tool or a policy, or
 * after the run had been put down. Otherwise it makes no difference if it comes at once.
 */
export function isCanceledLater(script: Script, event: CarEvent): boolean {
  const id = event.action_id ?? "";
  switch (event.kind) {
    case "action_executing":
      return !script.ahead(id).some((each) => each.kind === "action_failed" && isUncalled(each));
    case "action_validated":
      // What ends with the run is not decided about any more.
      return nextDecision(script, id) !== undefined;
    case "proposal_suspended":
    case "proposal_resumed":
      return true;
    default:
      return false;
  }
}

function isUncalled(event: Extract<CarEvent, { kind: "action_failed" }>): boolean {
  return payloadOf(event).reason.message === GIVEN_UP.message;
}
