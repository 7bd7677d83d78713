import type { LiveEvent } from "@car/ir";

/** How long runs waited for their locks, in milliseconds. */
export interface LockWaits {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Times what lies between the arrival of a proposal and its admission or refusal: the wait for its locks. */
export function lockWaitRecorder(now: () => number) {
  const since = new Map<string, number>();
  const waits: number[] = [];
  const note = ({ kind, run_id }: LiveEvent): void => {
    if (run_id === undefined) return;
    if (kind === "proposal_received") since.set(run_id, now());
    if (kind !== "proposal_admitted" && kind !== "proposal_completed") return;
    const start = since.get(run_id);
    if (start === undefined) return;
    since.delete(run_id);
    waits.push(now() - start);
  };
  const summary = (): LockWaits => {
    const sorted = Float64Array.from(waits).sort();
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
    return { p50: at(0.5), p99: at(0.99), max: at(1) };
  };
  return { note, summary };
}
