import { CallBook, type CallFacts, describeCall, hideSecrets } from "@car/eventlog/explain";
import { type EventKind, jsonOfEvent, type LiveEvent } from "@car/ir";
import type { Output } from "../io/output.js";
import { short } from "./fit.js";
import { statusMark, valueText } from "./marks.js";
import { paint } from "./paint.js";

/** The room that the progress line leaves at its end, so that no terminal breaks it. */
const PROGRESS_COLUMNS = 76;

const ENDS = {
  action_succeeded: "succeeded",
  action_failed: "failed",
  action_rejected: "rejected",
  action_skipped: "skipped",
} as const satisfies Partial<Record<EventKind, string>>;

/** Tells what a run does while it does it: its plan if wanted, a line for each action that ends, and how far it is. */
export interface RunDisplay {
  readonly see: (event: LiveEvent) => void;
  /** Removes the line that tells how far the run is. */
  readonly stop: () => void;
}

export function runDisplay(output: Output, { showsPlan }: { readonly showsPlan: boolean }): RunDisplay {
  const book = new CallBook();
  const running = new Set<string>();
  let [ended, total] = [0, 0];
  const received = (event: LiveEvent): void => {
    const calls = book.proposed(event);
    total = calls.length;
    if (!showsPlan || output.json) return;
    output.line(paint.bold("plan"));
    for (const [id, call] of calls) output.line(`  ${paint.dim("·")} ${paint.bold(id)}  ${describeCall(call)}`);
  };
  return {
    see(event) {
      const call = book.see(event);
      if (event.kind === "proposal_received") received(event);
      const { action_id } = event;
      if (action_id === undefined) return;
      if (event.kind === "action_executing") running.add(action_id);
      if (isEnd(event)) {
        running.delete(action_id);
        ended++;
        if (!output.json) output.line(endLine(event, action_id, call));
      }
      output.progress(short(`${ended}/${total} actions ${[...running].join(", ")}`, PROGRESS_COLUMNS));
    },
    stop: () => output.progress(""),
  };
}

/** An attempt that failed and is followed by another one has no duration of the action. */
function isEnd(event: LiveEvent): event is LiveEvent & { readonly kind: keyof typeof ENDS } {
  if (event.kind === "action_failed") return Object.hasOwn(jsonOfEvent(event), "duration_ms");
  return Object.hasOwn(ENDS, event.kind);
}

function endLine(
  event: LiveEvent & { readonly kind: keyof typeof ENDS },
  actionId: string,
  call: CallFacts | undefined,
): string {
  const { output, reason } = jsonOfEvent(event) as {
    readonly output?: Parameters<typeof hideSecrets>[0];
    readonly reason?: { readonly code: string; readonly message: string };
  };
  const what = call === undefined ? "" : `  ${describeCall(call)}`;
  // Most actions that give nothing are no calls.
  const came = output === undefined || output === null ? "" : ` → ${valueText(hideSecrets(output))}`;
  const why = reason === undefined ? "" : `  ${reason.code}: ${reason.message}`;
  return `  ${statusMark(ENDS[event.kind])} ${paint.bold(actionId)}${what}${came}${why}`;
}
