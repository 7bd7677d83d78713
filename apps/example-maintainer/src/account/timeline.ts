import type { RecordedCall } from "../tools/record-calls.js";

/** One call as a bar on a common scale. */
export interface Bar {
  readonly call: RecordedCall;
  /** `width` characters: blanks, the bar, blanks. */
  readonly drawing: string;
  readonly durationMs: number;
}

/** Calls side by side in time, in order of start. */
export interface Timeline {
  readonly bars: readonly Bar[];
  /** From the first start to the last end, in milliseconds. */
  readonly wallMs: number;
  /** What the calls took one by one, added up, in milliseconds. */
  readonly workMs: number;
  /** Most calls that were running at one moment. */
  readonly mostAtOnce: number;
}

/** Draws finished calls as bars. Pure. */
export function timelineOf(calls: readonly RecordedCall[], width: number): Timeline {
  const begin = Math.min(...calls.map(({ startedAt }) => startedAt));
  const wallMs = Math.max(...calls.map(endOf)) - begin;
  const bars = calls.map((call) => {
    const from = Math.min(Math.floor(((call.startedAt - begin) / wallMs) * width), width - 1);
    const to = Math.max(Math.ceil(((endOf(call) - begin) / wallMs) * width), from + 1);
    const drawing = " ".repeat(from) + "━".repeat(to - from) + " ".repeat(width - to);
    return { call, drawing, durationMs: endOf(call) - call.startedAt };
  });
  return { bars, wallMs, workMs: bars.reduce((sum, { durationMs }) => sum + durationMs, 0), mostAtOnce: peakOf(calls) };
}

function endOf(call: RecordedCall): number {
  return call.endedAt ?? call.startedAt;
}

/** The peak is reached when some call starts. */
function peakOf(calls: readonly RecordedCall[]): number {
  const running = calls.map(({ startedAt }) => {
    return calls.filter((other) => other.startedAt <= startedAt && endOf(other) > startedAt).length;
  });
  return Math.max(0, ...running);
}
