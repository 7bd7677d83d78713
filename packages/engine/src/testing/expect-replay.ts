import type { CarEvent } from "@car/ir";
import { expect } from "vitest";
import { replayRuns } from "../replay/replay-runs.js";

/** Every run of the log replays, none is passed over; `label` says in a failure which log it was. */
export async function expectReplay(events: readonly CarEvent[], label: unknown = "whole"): Promise<void> {
  const { divergences, skipped } = await replayRuns(events);
  expect([label, divergences, skipped]).toEqual([label, [], []]);
}

/** The same of a log in which a process ended: a run that it interrupted is passed over. */
export async function expectNoDivergence(events: readonly CarEvent[], label: unknown): Promise<void> {
  const { divergences } = await replayRuns(events);
  expect([label, divergences]).toEqual([label, []]);
}
