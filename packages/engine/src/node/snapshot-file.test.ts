import { createHash } from "node:crypto";
import * as nodeFs from "node:fs";
import { writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { temporaryPaths } from "../testing/disk.js";
import { entryLine, headerLine, readSnapshot, receiptLine, SnapshotWriter } from "./snapshot-file.js";

const path = temporaryPaths();
const HEADER = headerLine({ head: { seq: 5, hash: "h" }, version: 2, openFrom: undefined, entries: 1, receipts: 0 });
const ENTRY = { key: "k", value: 1, origin: "host", version: 1 };

/** A snapshot of these lines, with the checksum that belongs to them. */
function snapshotOf(lines: readonly (string | Buffer | object)[]): string {
  const file = path();
  const parts = lines.map((line) =>
    Buffer.from(typeof line === "string" ? line : Buffer.isBuffer(line) ? line : JSON.stringify(line)),
  );
  const bytes = Buffer.concat(parts.flatMap((part) => [part, Buffer.from("\n")]));
  const sum = { sha256: createHash("sha256").update(bytes).digest("hex") };
  writeFileSync(file, Buffer.concat([bytes, Buffer.from(`${JSON.stringify(sum)}\n`)]));
  return file;
}

describe("a snapshot's file", () => {
  it("[EN-57] [EN-88] gives back what was written, labels of entries and of receipts included", () => {
    const file = path();
    const writer = new SnapshotWriter(nodeFs, file);
    const entry = {
      value: "\ufffd",
      origin: "model",
      version: 7,
      trusted: { value: null, origin: "tool" },
      labels: ["mail"],
    } as const;
    const write = { key: "w", write: { value: 1, origin: "tool" } } as const;
    const answer = { output: { o: 1 }, writes: [write], labels: ["mail"], runId: "run", actionId: "a" };
    const receipt = { key: "r", answer, storedAt: 3 };
    const header = { head: { seq: 9, hash: "h" }, version: 8, openFrom: 4, entries: 1, receipts: 1 };
    writer.line(headerLine(header));
    writer.line(entryLine("__proto__", entry));
    writer.line(receiptLine(receipt));
    writer.finish();
    const { head, version, openFrom } = header;
    const rest = { entries: [["__proto__", entry]], receipts: [receipt] };
    expect(readSnapshot(nodeFs, file)).toEqual({ head, version, openFrom, ...rest });
  });

  it.each<[string, readonly (string | Buffer | object)[], string]>([
    ["no JSON", [HEADER, "{"], "line 2: it is no JSON"],
    ["no object", [HEADER, "7"], "line 2: it is no object"],
    ["no header", [{ format_version: 1 }, ENTRY], "line 1: it is no header"],
    ["a count that is wrong", [HEADER, ENTRY, ENTRY], "line 1: it counts other lines"],
    [
      "a number that is not finite",
      [HEADER, '{"key":"k","value":[1e999]}'],
      "line 2: value[0]: a number is not finite",
    ],
    ["half of a surrogate pair", [HEADER, '{"key":"\\udfff"}'], "line 2: key: a lone surrogate"],
    ["too many levels", [HEADER, `{"key":${"[".repeat(1_000)}${"]".repeat(1_000)}}`], "nested deeper than 1000 levels"],
    ["no UTF-8", [HEADER, Buffer.from([0x22, 0xc3, 0x22])], "line 2: it is no UTF-8"],
    ["an odd entry", [HEADER, { ...ENTRY, origin: "nobody" }], "line 2: key `k`: origin: "],
    ["an odd receipt", [{ ...HEADER, receipts: 1 }, ENTRY, { key: "r" }], "line 3: it has no `key`, `run_id`"],
  ])("[EN-137] [5.9] a checksum over %s is refused with file, line and what is wrong", (_, lines, problem) => {
    const file = snapshotOf(lines);
    expect(() => readSnapshot(nodeFs, file)).toThrow(expect.objectContaining({ code: "CAR_STORE_CORRUPT" }));
    expect(() => readSnapshot(nodeFs, file)).toThrow(`${file}, ${problem.startsWith("line") ? problem : "line 2: "}`);
    expect(() => readSnapshot(nodeFs, file)).toThrow(problem);
  });
});
