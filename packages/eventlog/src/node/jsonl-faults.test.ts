import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { LogWriteError, type CarError } from "@car/ir";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verifyChain } from "../chain/verify-chain.js";
import { type Faults, faultyFs } from "../testing/faulty-fs.js";
import { collect, draftOf } from "../testing/sample-log.js";
import { temporaryPaths } from "../testing/temporary-folder.js";
import { jsonlEventLog } from "./jsonl-event-log.js";
import { readJsonl } from "./read-jsonl.js";

const nextPath = temporaryPaths();
const DRAFT = draftOf({ kind: "action_succeeded", run: 0, action: "fetch", attempt: 1, data: { output: "ü" } });
const WRITE_FAILED = expect.objectContaining({ code: "CAR_LOG_WRITE_FAILED" }) as Error;

/** Appends and flushes batches until the log refuses; gives the log, its file and the error. */
function breakLog(faults: Faults): { log: ReturnType<typeof jsonlEventLog>; path: string; error: unknown } {
  const path = nextPath();
  const log = jsonlEventLog({ path, fs: faultyFs(faults), fsync: true });
  for (let batch = 0; batch < 30; batch++) {
    try {
      for (let index = 0; index < 3; index++) log.append(DRAFT);
      void log.flush();
    } catch (error) {
      return { log, path, error };
    }
  }
  return { log, path, error: undefined };
}

describe("a failing write", () => {
  it("[EL-42] [EL-43] [5.9] a disk that fills up at any byte leaves whole lines, and a log that says no", () =>
    fc.assert(
      fc.asyncProperty(fc.nat(12_000), async (capacity) => {
        const { log, path, error } = breakLog({ capacity });
        expect(error).toEqual(WRITE_FAILED);
        expect(() => log.append(DRAFT)).toThrow(WRITE_FAILED);
        expect(() => log.flush()).toThrow(WRITE_FAILED);

        const text = readFileSync(path, "utf8");
        expect(text === "" || text.endsWith("\n")).toBe(true);
        expect(text.length).toBeLessThanOrEqual(capacity);
        const head = await log.head();
        expect(head.seq).toBe(text.split("\n").length - 1);
        expect(await verifyChain(log.read(), { head })).toMatchObject({ valid: true, events: head.seq });
        expect(await verifyChain(readJsonl(path), { head })).toMatchObject({ valid: true });
        await log.close();

        const again = jsonlEventLog({ path });
        expect(again.append(DRAFT)).toBe(head.seq + 1);
        await again.close();
      }),
      { numRuns: 40 },
    ));

  it("[EL-43] [5.9] the file reads back even when it could not be cut", async () => {
    const { log, path } = breakLog({ capacity: 1_000, failing: ["ftruncateSync"] });
    expect(readFileSync(path, "utf8").endsWith("\n")).toBe(false);
    const head = await log.head();
    expect(await verifyChain(readJsonl(path), { head })).toMatchObject({ valid: true, events: 2 });
    await log.close();
    const again = jsonlEventLog({ path });
    expect(again.append(DRAFT)).toBe(3);
    await again.close();
  });

  it("[EL-42] [5.9] a sync that fails breaks the log", async () => {
    const { log, error } = breakLog({ failing: ["fdatasyncSync"], code: "EIO" });
    expect(error).toMatchObject({ code: "CAR_LOG_WRITE_FAILED", cause: { code: "EIO" } });
    expect(() => log.append(DRAFT)).toThrow(WRITE_FAILED);
    expect(await log.head()).toMatchObject({ seq: 3 });
    await log.close();
  });

  it("[EL-42] [5.9] a file that was closed under the log breaks it", async () => {
    const path = nextPath();
    const opened: number[] = [];
    const real = faultyFs({});
    const open = (...args: Parameters<typeof openSync>): number => {
      const fd = openSync(...args);
      opened.push(fd);
      return fd;
    };
    const log = jsonlEventLog({ path, fs: { ...real, openSync: open } });
    log.append(DRAFT);
    void log.flush();
    closeSync(opened[0] ?? -1);
    log.append(DRAFT);
    expect(() => log.flush()).toThrow(/EBADF/);
    expect(await collect(log.read())).toHaveLength(1);
    await expect(log.close()).rejects.toThrow(/refused to close/);
  });

  it("[EL-42] an append that has to write throws the error, and it is told once", () => {
    const told: CarError[] = [];
    const log = jsonlEventLog({
      path: nextPath(),
      bufferBytes: 1,
      fs: faultyFs({ failing: ["writeSync"] }),
      onError: (error) => told.push(error),
    });
    for (let index = 0; index < 256; index++) log.append(DRAFT);
    expect(() => log.append(DRAFT)).toThrow(LogWriteError);
    expect(() => log.append(DRAFT)).toThrow(WRITE_FAILED);
    expect(() => log.read()).not.toThrow();
    expect(told).toHaveLength(1);
  });

  it("[EL-42] [EL-8] closing writes what is left, and says so when that fails", async () => {
    const log = jsonlEventLog({ path: nextPath(), fs: faultyFs({ capacity: 10 }) });
    log.append(DRAFT);
    await expect(log.close()).rejects.toThrow(WRITE_FAILED);
    await log.close();
  });

  it("[EL-42] [5.9] a file system that writes nothing does not hang the log", () => {
    const log = jsonlEventLog({ path: nextPath(), fs: { ...faultyFs({}), writeSync: () => 0 } });
    log.append(DRAFT);
    expect(() => log.flush()).toThrow("wrote nothing");
  });

  it("[EL-42] a file that cannot be prepared is closed again", () => {
    const closed: number[] = [];
    const path = nextPath();
    const fs = { ...faultyFs({ failing: ["fstatSync"] }), closeSync: (fd: number) => void closed.push(fd) };
    expect(() => jsonlEventLog({ path, fs })).toThrow("injected");
    expect(closed).toHaveLength(1);
    expect(existsSync(path)).toBe(true);
    closeSync(closed[0] ?? -1);
  });
});
