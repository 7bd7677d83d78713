import { countingIds, manualClock } from "@car/conformance";
import { createMemgine, type Memgine } from "../memgine.js";
import type { MemgineOptions } from "../memgine-options.js";

/** A memory whose time stands still at `START` until it is told to go on. */
export function testMemgine(options: Partial<MemgineOptions> = {}): { memory: Memgine; advance: (ms: number) => void } {
  const clock = manualClock(START);
  return { memory: createMemgine({ clock, ids: countingIds(), ...options }), advance: (ms) => clock.advance(ms) };
}

export const START = 1_700_000_000_000;

/** Everything of a context for somebody without roles. */
export const WIDE = { tokenBudget: 2_000 };
