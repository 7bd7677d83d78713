import { existsSync, ftruncateSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { MemoryCorruptError } from "@car/ir";
import type { MemoryJournal } from "../journal/memory-journal.js";
import { textOfLine } from "./checked-line.js";

export const SNAPSHOT = "snapshot.json";

/** What a folder holds. */
export interface FoundFolder {
  readonly found: MemoryJournal["found"];
  readonly generation: number;
  /** Cuts an unfinished last line off the opened journal. */
  readonly wholeBytes: (file: number) => void;
}

/** The journal that belongs to a snapshot. */
export function journalName(generation: number): string {
  return `journal-${generation}.jsonl`;
}

/** Reads a folder. @throws `CAR_MEMORY_CORRUPT` with file and line. */
export function readFolder(folder: string): FoundFolder {
  // Left over from a crash before the rename: never became the snapshot.
  rmSync(join(folder, `${SNAPSHOT}.new`), { force: true });
  const { snapshot, generation } = readSnapshot(join(folder, SNAPSHOT));
  const { operations, whole, size } = readJournal(join(folder, journalName(generation)));
  return {
    found: { ...(snapshot === undefined ? {} : { snapshot }), operations },
    generation,
    wholeBytes: (file) => {
      if (whole < size) ftruncateSync(file, whole);
    },
  };
}

function readSnapshot(path: string): { readonly snapshot?: string; readonly generation: number } {
  if (!existsSync(path)) return { generation: 0 };
  const [first = "", ...rest] = readFileSync(path, "utf8").split("\n");
  const snapshot = textOfLine(rest[0] ?? "");
  const generation = Number(first);
  if (snapshot === undefined || !Number.isInteger(generation)) {
    throw new MemoryCorruptError(`\`${path}\` is damaged: its checksum is wrong`);
  }
  return { snapshot, generation };
}

function readJournal(path: string): { readonly operations: string[]; readonly whole: number; readonly size: number } {
  if (!existsSync(path)) return { operations: [], whole: 0, size: 0 };
  const bytes = readFileSync(path);
  const lines = bytes.toString("utf8").split("\n");
  const tail = lines.pop() ?? "";
  const operations: string[] = [];
  let whole = 0;
  for (const [index, line] of lines.entries()) {
    const text = textOfLine(line);
    if (text === undefined) {
      // Only the end can be torn; what reads after it means that something else went wrong.
      const isEnd = lines.slice(index + 1).every((later) => textOfLine(later) === undefined);
      if (!isEnd) throw new MemoryCorruptError(`\`${path}\`, line ${index + 1}: the checksum is wrong`);
      return { operations, whole, size: bytes.length };
    }
    operations.push(text);
    whole += Buffer.byteLength(line) + 1;
  }
  return { operations, whole, size: tail === "" ? whole : bytes.length };
}
