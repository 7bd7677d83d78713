import { appendFileSync, copyFileSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { jsonOfEvent, LogCorruptError } from "@car/ir";
import { describe, expect, it } from "vitest";
import { verifyChain } from "../../chain/verify-chain.js";
import { collect, draftOf } from "../../testing/sample-log.js";
import { appendPairs, numbered, segmentsIn, smallSegments } from "../../testing/segment-logs.js";
import { temporaryPaths } from "../../testing/temporary-folder.js";
import { readJsonl } from "../read-jsonl.js";
import { checkOpening } from "./check-opening.js";
import type { LogFolder } from "./log-folder.js";
import { readLog } from "./read-segments.js";
import { readChain } from "./segment-chain.js";
import * as nodeFs from "node:fs";

const nextPath = temporaryPaths();

/** A closed log of some segments with two events each. */
async function written(segments: number): Promise<{ dir: string; names: string[]; hashes: string[] }> {
  const dir = nextPath();
  const log = smallSegments(dir);
  await appendPairs(log, segments);
  const hashes = (await collect(log.read())).map(({ hash }) => hash);
  await log.close();
  return { dir, names: segmentsIn(dir), hashes };
}

function thrownBy(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** A folder in memory, for reading only. */
function folderOf(dir: string): { readonly folder: LogFolder; readonly files: Map<string, Buffer> } {
  const names = nodeFs.readdirSync(dir).filter((name) => name !== "epochs");
  const files = new Map(names.map((name) => [join(dir, name), readFileSync(join(dir, name))]));
  const contents = [...files.keys()];
  const bytesOf = (fd: number): Buffer => files.get(contents[fd] ?? "") ?? Buffer.of();
  const readSync = (...[fd, buffer, offset, length, position]: [number, Buffer, number, number, number]): number =>
    bytesOf(fd).copy(buffer, offset, position, Math.min(position + length, bytesOf(fd).length));
  const fs = {
    ...nodeFs,
    openSync: (path: string) => contents.indexOf(path),
    closeSync: () => undefined,
    fstatSync: (fd: number) => ({ size: bytesOf(fd).length }),
    readdirSync: () => names,
    existsSync: (path: string) => files.has(path),
    readSync,
  };
  return { folder: { path: dir, fs: fs as unknown as LogFolder["fs"], fsync: false }, files };
}

describe("segments", () => {
  it("[EL-80] [7.1] are named by first sequence and epoch, begin with a header, and follow each other", async () => {
    const { dir, names, hashes } = await written(3);
    expect(names).toEqual([1, 3, 5].map((seq) => `${String(seq).padStart(16, "0")}-00000001.jsonl`));
    const [header, first] = readFileSync(join(dir, names[1] ?? ""), "utf8").split("\n");
    const bytes = readFileSync(join(dir, names[0] ?? "")).length;
    expect(JSON.parse(header ?? "")).toMatchObject({
      first_seq: 3,
      epoch: 1,
      prev_hash: hashes[1],
      after: { first_seq: 1, bytes },
    });
    expect(JSON.parse(first ?? "")).toMatchObject({ seq: 3, crc: expect.stringMatching(/^[0-9a-f]{8}$/) as string });
  });

  it("[EL-80] [7.1] each opening is an epoch of its own, and the chain goes on through all", async () => {
    const { dir } = await written(2);
    for (let epoch = 2; epoch < 5; epoch++) {
      const log = smallSegments(dir);
      expect(log.opened).toMatchObject({ epoch, recovered: 0, tookOver: undefined, head: { seq: epoch + 2 } });
      log.append(numbered(epoch + 3));
      await log.close();
    }
    const unused = smallSegments(dir);
    await unused.close();
    expect(await verifyChain(readLog(dir), { head: unused.opened.head })).toMatchObject({ valid: true, events: 7 });
  });

  it("[EL-80] one segment reads like a file", async () => {
    const { dir, names } = await written(2);
    expect((await collect(readJsonl(join(dir, names[1] ?? "")))).map(({ seq }) => seq)).toEqual([3, 4]);
  });

  it.each<[what: string, damage: (path: (index: number) => string) => void, segment: number, message: RegExp]>([
    ["missing", (path) => rmSync(path(1)), 1, /missing/],
    ["missing at the end", (path) => rmSync(path(2)), 1, /after it is missing/],
    ["missing at the start", (path) => rmSync(path(0)), 0, /missing/],
    ["cut short", (path) => truncateSync(path(1), 800), 1, /cut short: 800 of/],
    ["cut in its header", (path) => truncateSync(path(1), 20), 1, /header is cut short/],
    ["one of another place", (path) => copyFileSync(path(0), path(1)), 1, /another segment/],
    [
      "changed at its end",
      (path) =>
        writeFileSync(path(0), readFileSync(path(0), "latin1").replace(/.{10}(?=","crc":"[^"]*"}\n$)/, "0000000000")),
      0,
      /does not end with/,
    ],
  ])(
    "[EL-81] [7.5] a segment that is %s is found when the log is opened",
    async (...[_what, damage, segment, message]) => {
      const { dir, names } = await written(3);
      damage((index) => join(dir, names[index] ?? ""));
      const error = thrownBy(() => smallSegments(dir));
      expect(error).toBeInstanceOf(LogCorruptError);
      expect(error).toMatchObject({ message, place: { segment: names[segment] } });
    },
  );

  it("[EL-81] [7.5] two segments that were swapped are found", async () => {
    const { dir, names } = await written(3);
    const [first = "", second = ""] = names.map((name) => join(dir, name));
    renameSync(first, `${dir}/aside`);
    renameSync(second, first);
    renameSync(`${dir}/aside`, second);
    expect(() => smallSegments(dir)).toThrow(/another segment/);
  });

  it("[EL-82] [7.5] every changed bit of a closed segment is found", async () => {
    const dir = nextPath();
    const log = smallSegments(dir, { segmentBytes: 600 });
    for (let seq = 1; seq <= 3; seq++) log.append(draftOf({ kind: "config_changed", data: { seq } }));
    await log.forget(1);
    log.append(numbered(4));
    await log.close();
    const [name = ""] = segmentsIn(dir);
    expect(await collect(readLog(dir))).toHaveLength(4);

    const { folder, files } = folderOf(dir);
    checkOpening(folder, readChain(folder), { verify: "all" });
    const bytes = files.get(join(dir, name)) ?? Buffer.of();
    const missed: number[] = [];
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flip = (): number => (bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
      flip();
      const error = thrownBy(() => checkOpening(folder, readChain(folder), { verify: "all" }));
      if (!(error instanceof LogCorruptError)) missed.push(bit);
      flip();
    }
    expect(missed).toEqual([]);
    expect(bytes.length).toBeGreaterThan(1_000);
  });

  it("[EL-82] [7.5] damage names segment, line and sequence", async () => {
    const { dir, names } = await written(2);
    const path = join(dir, names[1] ?? "");
    writeFileSync(path, readFileSync(path, "utf8").replace('"seq":3,"text":"x', '"seq":3,"text":"y'));
    const place = { segment: names[1], line: 2, seq: 3 };
    expect(thrownBy(() => smallSegments(dir))).toMatchObject({ code: "CAR_LOG_CORRUPT", place });
    await expect(collect(readLog(dir))).rejects.toMatchObject({ place });
    expect(await verifyChain(readLog(dir))).toMatchObject({ problem: { code: "unreadable" } });
  });
});

describe("a write that was cut off", () => {
  it.each([
    ["half a line", '{"format_version":1,"seq":5,"ki'],
    ["garbage", "\u0000".repeat(100)],
    ["a garbage line", "garbage\n"],
  ])("[EL-87] [7.3] at the end of the newest segment is left out, and reported: %s", async (_what, torn) => {
    const { dir, names } = await written(2);
    appendFileSync(join(dir, names[1] ?? ""), torn);
    const log = smallSegments(dir);
    expect(log.opened).toMatchObject({ recovered: torn.length, head: { seq: 4 } });
    expect(log.append(numbered(5))).toBe(5);
    await log.close();
    expect(await verifyChain(readLog(dir), { head: await log.head() })).toMatchObject({ valid: true, events: 5 });
    const again = smallSegments(dir, { verify: "all" });
    expect(again.opened.recovered).toBe(0);
    await again.close();
  });

  it("[EL-87] before the last line it is damage", async () => {
    const { dir, names } = await written(2);
    appendFileSync(join(dir, names[1] ?? ""), "garbage\nmore\n");
    expect(() => smallSegments(dir)).toThrow(/line 4: event 5 is missing or damaged/);
  });

  it("[EL-87] in the header of a new segment it leaves no segment", async () => {
    const { dir } = await written(2);
    writeFileSync(join(dir, "0000000000000005-00000002.jsonl"), '{"format_version":1,"first_s');
    const log = smallSegments(dir);
    expect(log.opened).toMatchObject({ epoch: 3, head: { seq: 4 } });
    log.append(numbered(5));
    await log.close();
    expect(await collect(readLog(dir))).toHaveLength(5);
  });
});

describe("opening", () => {
  it("[EL-92] [7.5] looks at the newest segment only, or at everything", async () => {
    const { dir, names, hashes } = await written(3);
    const path = join(dir, names[0] ?? "");
    writeFileSync(path, readFileSync(path, "utf8").replace('"seq":1,"text":"x', '"seq":1,"text":"y'));
    await smallSegments(dir).close();
    await smallSegments(dir, { trust: { seq: 2, hash: hashes[1] ?? "" } }).close();
    await smallSegments(dir, { trust: { seq: 2, hash: hashes[1] ?? "" }, verify: "all" }).close();
    expect(() => smallSegments(dir, { verify: "all" })).toThrow(/line 2: checksum_mismatch/);
  });

  it.each([0, 1, 2, 3, 4, 5, 6])("[EL-92] [8.3] verifies what follows the trusted head %i", async (seq) => {
    const { dir, names, hashes } = await written(3);
    const trust = { seq, hash: hashes[seq - 1] ?? "0".repeat(64) };
    for (const verify of ["last", "all"] as const) {
      await smallSegments(dir, { trust, verify }).close();
      expect(() => smallSegments(dir, { trust: { ...trust, hash: "f".repeat(64) }, verify })).toThrow(/trusted head/);
    }
    if (seq >= 4) return;
    const path = join(dir, names[1] ?? "");
    writeFileSync(path, readFileSync(path, "utf8").replace('"seq":4,"text":"x', '"seq":4,"text":"y'));
    for (const verify of ["last", "all"] as const) {
      expect(() => smallSegments(dir, { trust, verify })).toThrow(LogCorruptError);
    }
  });

  it("[EL-92] [8.3] a log that ends before the trusted head is damaged", async () => {
    const { dir } = await written(1);
    expect(() => smallSegments(dir, { trust: { seq: 9, hash: "f".repeat(64) } })).toThrow("ends at event 2");
    expect(() => smallSegments(nextPath(), { trust: { seq: 9, hash: "f".repeat(64) } })).toThrow("ends at event 0");
  });

  it("[EL-81] refuses a number that is not positive, and reads no folder without a log", async () => {
    expect(() => smallSegments(nextPath(), { segmentBytes: 0 })).toThrow("segmentBytes");
    const dir = nextPath();
    nodeFs.mkdirSync(dir);
    await expect(collect(readLog(dir))).rejects.toThrow("holds no log");
  });
});

describe("reading", () => {
  it("[EL-93] [EL-3] opens only the segments that hold what is asked for, and finds the line in them", async () => {
    const dir = nextPath();
    const opened: string[] = [];
    const openSync: typeof nodeFs.openSync = (path, flags, mode) => {
      if (flags === "r") opened.push(String(path));
      return nodeFs.openSync(path, flags, mode);
    };
    const log = smallSegments(dir, { fs: { ...nodeFs, openSync }, segmentBytes: 400_000, bufferBytes: 64_000 });
    for (let seq = 1; seq <= 2_000; seq++) log.append(numbered(seq));
    await collect(log.read({ from: 2_000 }));
    opened.length = 0;
    for (const from of [1, 2, 399, 400, 1_000, 1_500, 1_999, 2_000, 2_001]) {
      const events = await collect(log.read({ from, to: from + 1 }));
      expect(events.map((event) => jsonOfEvent(event)["seq"])).toEqual([from, from + 1].filter((seq) => seq <= 2_000));
    }
    expect(opened.length).toBeLessThan(14);
    await log.close();
  });
});
