import type { ActionStatus, ProposalStatus } from "@car/ir";
import pc from "picocolors";

/** A status as a coloured sign; without colour the sign alone tells. */
export function statusMark(status: ActionStatus | "unfinished", undone = false): string {
  if (undone) return pc.yellow("↶");
  switch (status) {
    case "succeeded":
      return pc.green("✓");
    case "failed":
    case "rejected":
      return pc.red("✗");
    case "skipped":
      return pc.dim("–");
    case "waiting":
    case "unfinished":
      return pc.yellow("…");
  }
}

/** A run's status in its colour. */
export function runStatus(status: ProposalStatus): string {
  const words = status.replace("_", " ");
  if (status === "committed") return pc.green(pc.bold(words));
  return status === "rejected" || status === "canceled" ? pc.red(pc.bold(words)) : pc.yellow(pc.bold(words));
}

/** A number of milliseconds, short. */
export function duration(ms: number): string {
  if (ms < 1) return `${Math.round(ms * 1000)} µs`;
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Text cut to `width` characters, on one line. */
export function short(text: string, width: number): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
}

/** `count` with its noun. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
