import type { Clock, Timer } from "@car/ir/ports";
import { settle } from "./settle.js";

/** A clock that stands still until it is told to go on. */
export interface ManualClock extends Clock {
  /**
   * Goes on by `ms` milliseconds and calls what falls due on the way, in order of time, ties in order of creation.
   * Inside a callback `now()` is the time the timer was set for. Timers set by a callback count, too.
   */
  advance(ms: number): void;
  /** As `advance`, but before the first timer, after each and at the end everything that can settle has settled. */
  advanceAsync(ms: number): Promise<void>;
  /** How many timers wait. */
  pending(): number;
}

interface WaitingTimer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** @param startMs - what `now()` says at first, in milliseconds since the epoch. */
export function manualClock(startMs = 0): ManualClock {
  /** In the order in which they will fire. */
  const timers: WaitingTimer[] = [];
  let nowMs = startMs;

  const setTimer = (callback: () => void, delayMs: number): Timer => {
    const timer: WaitingTimer = { dueMs: nowMs + Math.max(0, delayMs), callback };
    timers.splice(placeAfter(timers, timer.dueMs), 0, timer);
    return { cancel: () => removeFrom(timers, timer) };
  };

  /** Fires the first timer that is due by `endMs`; false when there is none. */
  const fireNext = (endMs: number): boolean => {
    const [first] = timers;
    if (first === undefined || first.dueMs > endMs) return false;
    timers.shift();
    nowMs = first.dueMs;
    first.callback();
    return true;
  };

  const advance = (ms: number): void => {
    const endMs = nowMs + checkedStep(ms);
    while (fireNext(endMs));
    nowMs = endMs;
  };

  const advanceAsync = async (ms: number): Promise<void> => {
    const endMs = nowMs + checkedStep(ms);
    do await settle();
    while (fireNext(endMs));
    nowMs = endMs;
  };

  return { now: () => nowMs, setTimer, advance, advanceAsync, pending: () => timers.length };
}

function placeAfter(timers: readonly WaitingTimer[], dueMs: number): number {
  let low = 0;
  let high = timers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((timers[middle]?.dueMs ?? Infinity) <= dueMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function removeFrom(timers: WaitingTimer[], timer: WaitingTimer): void {
  const place = timers.indexOf(timer);
  if (place >= 0) timers.splice(place, 1);
}

function checkedStep(ms: number): number {
  if (!(ms >= 0 && ms < Infinity)) throw new TypeError(`a clock cannot go on by ${ms} ms`);
  return ms;
}
