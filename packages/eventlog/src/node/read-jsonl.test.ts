import * as nodeFs from "node:fs";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { anyEventDraft } from "@car/conformance/internal";
import { CarError, type CarEvent } from "@car/ir";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verifyChain } from "../chain/verify-chain.js";
import { collect, draftOf } from "../testing/sample-log.js";
import { temporaryPaths } from "../testing/temporary-folder.js";
import { jsonlEventLog } from "./jsonl-event-log.js";
import { nodeSha256 } from "./node-sha256.js";
import { readJsonl } from "./read-jsonl.js";
import { scanLines } from "./scan-lines.js";

const nextPath = temporaryPaths();

/** A file with these events, as bytes. */
async function fileOf(drafts: readonly ReturnType<typeof draftOf>[]): Promise<{ bytes: Buffer; head: string }> {
  const path = nextPath();
  const log = jsonlEventLog({ path });
  for (const draft of drafts) log.append(draft);
  const { hash } = await log.head();
  await log.close();
  return { bytes: readFileSync(path), head: hash };
}

function pathOf(bytes: Uint8Array): string {
  const path = nextPath();
  writeFileSync(path, bytes);
  return path;
}

/** The events in some bytes, or `undefined` when they are refused as corrupt. Anything else is thrown. */
async function eventsIn(bytes: Uint8Array): Promise<CarEvent[] | undefined> {
  try {
    return await collect(readJsonl(pathOf(bytes)));
  } catch (error) {
    if (CarError.isInstance(error) && error.code === "CAR_LOG_CORRUPT" && /^line \d+: /.test(error.message))
      return undefined;
    throw error;
  }
}

/** Pieces from which lines that are nearly right are made. */
const anyPiece = fc.constantFrom(
  ...[
    '{"format_version":1,',
    '"seq":1,',
    '"kind":"action_failed",',
    '"data":{',
    '"__proto__":',
    "}",
    "\n",
    "\r\n",
    "[]",
  ],
  ...["null", '"hash":"', "0".repeat(64), '"', ",", "1e999", "-0", '"\\ud800"', "\uFEFF", "é", '"timestamp":"x",'],
);

describe("readJsonl", () => {
  it("[EL-44] any bytes give events or CAR_LOG_CORRUPT", () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const events = await eventsIn(bytes);
        expect(events ?? []).toEqual([]);
      }),
      { numRuns: 150 },
    ));

  it("[EL-44] any text that looks like a log gives events or CAR_LOG_CORRUPT", () =>
    fc.assert(
      fc.asyncProperty(fc.array(anyPiece, { maxLength: 40 }), async (pieces) => {
        const events = await eventsIn(Buffer.from(pieces.join("")));
        expect(events ?? []).toEqual([]);
      }),
      { numRuns: 150 },
    ));

  it("[EL-44] [EL-20] [7.5] with the head, the change of any byte of a file is found", () => {
    const anyDrafts = fc.array(anyEventDraft, { minLength: 1, maxLength: 4 });
    const anyEdit = fc.record({ place: fc.nat(), value: fc.nat(254), how: fc.constantFrom("set", "cut", "add") });
    return fc.assert(
      fc.asyncProperty(anyDrafts, anyEdit, async (drafts, { place, value, how }) => {
        const { bytes, head } = await fileOf(drafts);
        const at = place % bytes.length;
        // Never the byte that is there already.
        const byte = ((bytes[at] ?? 0) + 1 + value) % 256;
        const changed = Buffer.concat([
          bytes.subarray(0, at),
          how === "cut" ? Buffer.of() : Buffer.of(byte),
          bytes.subarray(how === "add" ? at : at + 1),
        ]);
        const report = await verifyChain(readJsonl(pathOf(changed)), { head, sha256: nodeSha256 });
        expect(report.valid).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it("[EL-44] a file cut at any byte reads up to the last whole line", async () => {
    const drafts = [1, 2, 3].map((n) => draftOf({ kind: "config_changed", data: { text: "ü".repeat(n) } }));
    const { bytes } = await fileOf(drafts);
    const ends = [...bytes.entries()].flatMap(([at, byte]) => (byte === 10 ? [at + 1] : []));
    for (let cut = 0; cut <= bytes.length; cut += 7) {
      const events = await eventsIn(bytes.subarray(0, cut));
      expect(events).toHaveLength(ends.filter((end) => end <= cut).length);
    }
  });

  it("[EL-44] lines longer than a block and characters across its edge are read whole", async () => {
    const drafts = [65_530, 65_531, 65_532, 200_000].map((n) =>
      draftOf({ kind: "config_changed", data: { t: "é".repeat(n / 2) } }),
    );
    const { bytes } = await fileOf(drafts);
    expect((await eventsIn(bytes))?.map(({ data }) => data)).toEqual(drafts.map(({ data }) => data));
  });

  it("[EL-44] a line without end is refused before it fills the memory", () => {
    const fd = openSync(pathOf(Buffer.from(`{}\n${"x".repeat(200_000)}`)), "r");
    const lines = scanLines(nodeFs, fd, { maxLineBytes: 100_000 });
    expect(lines.next().value).toEqual({ number: 1, text: "{}", end: 3 });
    expect(() => lines.next()).toThrow("line 2: longer than 100000 bytes");
    closeSync(fd);
  });

  it("[EL-44] a file that is not there is the file system's error", async () => {
    await expect(collect(readJsonl(nextPath()))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("[EL-3] reads a range, and closes the file when the reader stops early", async () => {
    const { bytes } = await fileOf([1, 2, 3, 4].map((n) => draftOf({ kind: "config_changed", data: { n } })));
    const path = pathOf(bytes);
    expect((await collect(readJsonl(path, { from: 2, to: 3 }))).map(({ seq }) => seq)).toEqual([2, 3]);
    for await (const { seq } of readJsonl(path)) if (seq === 1) break;
  });
});
