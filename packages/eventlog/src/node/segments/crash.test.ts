import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { CarError } from "@car/ir";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { verifyChain } from "../../chain/verify-chain.js";
import { bundleProgram, runProgram } from "../../testing/child-program.js";
import { collect, draftOf } from "../../testing/sample-log.js";
import { nodeSha256 } from "../node-sha256.js";
import type { SegmentEventLogOptions } from "./options.js";
import { type SegmentEventLog, segmentEventLog } from "./segment-event-log.js";

const folder = mkdtempSync(join(tmpdir(), "car-crash-"));
let program = "";

beforeAll(async () => void (program = await bundleProgram("crash-child", folder)));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the child to its end; gives what it said and what killed it. */
async function runChild(dir: string, dieAt: number): Promise<{ said: string; signal: string | null }> {
  const running = runProgram(program, dir, String(dieAt));
  const signal = await running.ended;
  return { said: running.said(), signal };
}

/** Opens a log whose writer died; it may have died before its claim said who it was. */
async function reopen(options: SegmentEventLogOptions): Promise<SegmentEventLog> {
  for (let tries = 0; ; tries++) {
    try {
      return segmentEventLog(options);
    } catch (error) {
      if (!CarError.isInstance(error) || error.code !== "CAR_LOG_LOCKED" || tries > 20) throw error;
      await wait(20);
    }
  }
}

/** Whatever was confirmed is there, the chain verifies, and the log goes on, twice. */
async function checkAfterCrash(dir: string, said: string): Promise<void> {
  const confirmed = Math.max(0, ...[...said.matchAll(/confirmed (\d+)/g)].map(([, seq]) => Number(seq)));
  for (let round = 0; round < 2; round++) {
    const log = await reopen({ dir, leaseMs: 100, verify: "all", durability: "none", segmentBytes: 3_000 });
    const { head, dropped } = log.opened;
    expect(head.seq).toBeGreaterThanOrEqual(confirmed + round);
    expect(dropped !== undefined || !said.includes("dropped")).toBe(true);
    const after = dropped === undefined ? {} : { after: dropped };
    const report = await verifyChain(log.read(), { head, sha256: nodeSha256, ...after });
    expect(report).toMatchObject({ valid: true, events: head.seq - (dropped?.seq ?? 0) });
    for (const { seq, data, data_digest } of await collect(log.read())) {
      if (seq > confirmed || seq > 40) continue;
      const isForgotten = data_digest !== undefined;
      if (isForgotten) expect(said.includes("dropped") && seq > 18 && seq < 22).toBe(true);
      else expect(data).toMatchObject({ parameters: { seq } });
      if (said.includes("forgotten")) expect(isForgotten).toBe(seq > 18 && seq < 22);
    }
    expect(log.append(draftOf({ kind: "config_changed" }))).toBe(head.seq + 1);
    await log.close();
  }
}

describe("a process that is killed", () => {
  it("[EL-95] [8.1] at any step loses nothing that was confirmed, and leaves a log that goes on", async () => {
    const { said, signal } = await runChild(join(folder, "whole"), 0);
    expect(signal).toBeNull();
    await checkAfterCrash(join(folder, "whole"), said);
    const steps = Number(/steps (\d+)/.exec(said)?.[1]);
    expect(steps).toBeGreaterThan(60);

    let next = 1;
    let killed = 0;
    const worker = async (): Promise<void> => {
      for (let step = next++; step <= steps; step = next++) {
        const dir = join(folder, String(step));
        const crashed = await runChild(dir, step);
        // How many syncs share a step depends on time, so a run may have fewer steps than the first had.
        if (crashed.signal === "SIGKILL") killed++;
        await checkAfterCrash(dir, crashed.said);
        rmSync(dir, { recursive: true, force: true });
      }
    };
    await Promise.all([worker(), worker(), worker()]);
    expect(killed).toBeGreaterThan(60);
  }, 300_000);
});
