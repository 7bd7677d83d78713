import * as nodeFs from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FolderSystem } from "@car/files";
import { verifyChain } from "../../chain/verify-chain.js";
import { faultyFs, type Faults } from "../../testing/faulty-fs.js";
import { collect } from "../../testing/sample-log.js";
import { numbered, smallSegments } from "../../testing/segment-logs.js";
import { temporaryPaths } from "../../testing/temporary-folder.js";
import { readLog } from "./read-segments.js";
import { type SegmentEventLog, segmentEventLog } from "./segment-event-log.js";

const nextPath = temporaryPaths();
const WRITE_FAILED = expect.objectContaining({ code: "CAR_LOG_WRITE_FAILED" }) as Error;

/** A file system that counts the syncs of events in other threads. */
function countingFs(): { fs: FolderSystem; syncs: () => number } {
  let syncs = 0;
  const fdatasync = ((fd: number, done: () => void) => {
    syncs++;
    nodeFs.fdatasync(fd, done);
  }) as typeof nodeFs.fdatasync;
  return { fs: { ...nodeFs, fdatasync }, syncs: () => syncs };
}

describe("flush", () => {
  it("[EL-83] [7.3] one sync serves everybody who waits, and the next one those who came meanwhile", async () => {
    const { fs, syncs } = countingFs();
    const log = segmentEventLog({ dir: nextPath(), fs });
    const waiting = Array.from({ length: 50 }, (_, index) => {
      log.append(numbered(index + 1));
      return log.flush();
    });
    expect(new Set(waiting).size).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    // The first round is under way now.
    log.append(numbered(51));
    const later = [log.flush(), log.flush()];
    expect(later[0]).toBe(later[1]);
    expect(later[0]).not.toBe(waiting[0]);
    await Promise.all([...waiting, ...later]);
    expect(syncs()).toBe(2);
    expect(log.flush()).toBeUndefined();
    await log.close();
  });

  it.each([
    ["action", [1, 2]],
    ["commit", [0, 1]],
    ["none", [0, 0]],
  ] as const)(
    "[EL-84] [7.3] with durability %s a flush waits for what it promises",
    async (durability, [afterAction, afterCommit]) => {
      const durable = durability !== "none";
      const { fs, syncs } = countingFs();
      const dir = nextPath();
      const log = segmentEventLog({ dir, fs, durability });
      expect(log.supports.durable).toBe(durable);
      log.append(numbered(1));
      await log.flush("action");
      expect(syncs()).toBe(afterAction);
      expect(await collect(readLog(dir))).toHaveLength(durable ? 1 : 0);
      log.append(numbered(2));
      await log.flush("commit");
      expect(syncs()).toBe(afterCommit);
      await log.close();
      expect(await collect(readLog(dir))).toHaveLength(2);
    },
  );
});

/** Appends and flushes until the log refuses. Gives what was confirmed, and the error. */
async function breakLog(
  dir: string,
  faults: Faults,
): Promise<{ log: SegmentEventLog; confirmed: number; error: unknown }> {
  let confirmed = 0;
  const log = smallSegments(dir, { fs: faultyFs(faults), durability: "action", inlineBytes: 400 });
  try {
    for (let seq = 1; seq <= 30; seq++) {
      log.append(numbered(seq, { seq, text: "x".repeat(seq % 5 === 0 ? 500 : 300) }));
      await log.flush();
      confirmed = seq;
    }
  } catch (error) {
    return { log, confirmed, error };
  }
  return { log, confirmed, error: undefined };
}

describe("a disk that fails", () => {
  it("[EL-88] [5.9] by filling up at any byte loses nothing that was confirmed", () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 300, max: 15_000 }), async (capacity) => {
        const dir = nextPath();
        const { log, confirmed, error } = await breakLog(dir, { capacity });
        expect(error).toEqual(WRITE_FAILED);
        expect(() => log.append(numbered(1))).toThrow(WRITE_FAILED);
        expect(() => log.flush()).toThrow(WRITE_FAILED);
        const head = await log.head();
        expect(head.seq).toBeGreaterThanOrEqual(confirmed);
        expect(await verifyChain(log.read(), { head })).toMatchObject({ valid: true, events: head.seq });
        await log.close();
        const again = smallSegments(dir, { verify: "all" });
        expect(again.opened.head.seq).toBeGreaterThanOrEqual(confirmed);
        expect(again.append(numbered(1))).toBe(again.opened.head.seq + 1);
        await again.close();
      }),
      { numRuns: 30 },
    ));

  it.each([["fdatasync"], ["writeSync"]] as const)(
    "[EL-88] [5.9] in %s ends the log, once and for all",
    async (call) => {
      const dir = nextPath();
      const told: unknown[] = [];
      const fs = { ...nodeFs };
      const log = segmentEventLog({ dir, fs, onError: (error) => told.push(error) });
      log.append(numbered(1));
      await log.flush();
      Object.assign(fs, { [call]: faultyFs({ failing: [call], code: "EIO" })[call] });
      log.append(numbered(2));
      const flushes = [log.flush(), log.flush()];
      await expect(flushes[0]).rejects.toMatchObject({ code: "CAR_LOG_WRITE_FAILED", cause: { code: "EIO" } });
      await expect(flushes[1]).rejects.toThrow(WRITE_FAILED);
      // The disk works again; what it lost meanwhile nobody knows.
      Object.assign(fs, { [call]: nodeFs[call] });
      expect(() => log.append(numbered(3))).toThrow(WRITE_FAILED);
      expect(() => log.flush()).toThrow(WRITE_FAILED);
      expect((await collect(log.read())).length).toBeGreaterThanOrEqual(1);
      expect(told).toHaveLength(1);
      await log.close();
      await log.close();
    },
  );

  it.each(["fsyncSync", "openSync", "renameSync"] as const)(
    "[EL-88] [5.9] in %s, when a segment or a payload is made",
    async (call) => {
      const dir = nextPath();
      const fs = { ...nodeFs };
      const log = smallSegments(dir, { fs, durability: "action", inlineBytes: 600 });
      for (let seq = 1; seq <= 4; seq++) log.append(numbered(seq));
      await log.flush();
      Object.assign(fs, { [call]: faultyFs({ failing: [call] })[call] });
      const append = async (): Promise<void> => {
        for (let seq = 5; seq <= 20; seq++) log.append(numbered(seq, { text: "x".repeat(700) }));
        await log.flush();
      };
      await expect(append()).rejects.toThrow(WRITE_FAILED);
      Object.assign(fs, nodeFs);
      await log.close();
      const again = smallSegments(dir, { verify: "all" });
      expect(again.opened.head.seq).toBeGreaterThanOrEqual(4);
      await again.close();
    },
  );

  it.each(["mkdirSync", "readdirSync", "openSync"] as const)("[EL-88] [5.9] in %s while the log is opened", (call) => {
    expect(() => segmentEventLog({ dir: nextPath(), fs: faultyFs({ failing: [call] }) })).toThrow(WRITE_FAILED);
  });

  it("[EL-88] a failed opening gives the log back", async () => {
    const dir = nextPath();
    await segmentEventLog({ dir }).close();
    nodeFs.writeFileSync(`${dir}/0000000000000001-00000009.jsonl`, "x".repeat(2_000));
    expect(() => segmentEventLog({ dir })).toThrow("not the header of a segment");
    nodeFs.rmSync(`${dir}/0000000000000001-00000009.jsonl`);
    await segmentEventLog({ dir }).close();
  });
});
