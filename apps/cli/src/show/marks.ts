import type { ActionStatus, ProposalStatus, Reason } from "@car/ir";
import { short } from "./fit.js";
import { paint } from "./paint.js";

/** A status as a coloured sign; without colour the sign alone tells. */
export function statusMark(status: ActionStatus | "unfinished", undone = false): string {
  if (undone) return paint.yellow("↶");
  switch (status) {
    case "succeeded":
      return paint.green("✓");
    case "failed":
    case "rejected":
      return paint.red("✗");
    case "skipped":
      return paint.dim("–");
    case "waiting":
    case "unfinished":
      return paint.yellow("…");
  }
}

/** A run's status in its colour. */
export function runStatus(status: ProposalStatus): string {
  const words = status.replace("_", " ");
  if (status === "committed") return paint.green(paint.bold(words));
  return status === "rejected" || status === "canceled"
    ? paint.red(paint.bold(words))
    : paint.yellow(paint.bold(words));
}

/** A number of milliseconds, short. */
export function duration(ms: number): string {
  if (ms < 1) return `${Math.round(ms * 1000)} µs`;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Longer values are cut. */
const VALUE_COLUMNS = 300;

/** A value as JSON on one line, cut. */
export function valueText(value: unknown): string {
  return short(JSON.stringify(value) ?? "nothing", VALUE_COLUMNS);
}

/** `count` with its noun. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Why a run ended as it did. */
export function becauseLine({ action_id, message }: Reason): string {
  return `because ${action_id === undefined ? "" : `${paint.bold(action_id)}: `}${message}`;
}
