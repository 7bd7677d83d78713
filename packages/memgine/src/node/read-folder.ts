import { existsSync, ftruncateSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { uncheckedLine } from "@car/files";
import { MemoryCorruptError } from "@car/ir";
import type { MemoryJournal } from "../journal/memory-journal.js";

export const SNAPSHOT = "snapshot.jsonl";
/** Folder of the claims, below the memory's. */
export const CLAIMS = "claims";

const HEADER = /^\{"format_version":1,"generation":(\d+)\}$/;

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
  rmSync(join(folder, `${SNAPSHOT}.tmp`), { force: true });
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
  const [first = "", second = ""] = readFileSync(path, "utf8").split("\n");
  const [, generation] = HEADER.exec(uncheckedLine(first) ?? "") ?? [];
  if (generation === undefined) throw damaged(path, 1);
  const snapshot = uncheckedLine(second);
  if (snapshot === undefined) throw damaged(path, 2);
  return { snapshot, generation: Number(generation) };
}

function readJournal(path: string): { readonly operations: string[]; readonly whole: number; readonly size: number } {
  if (!existsSync(path)) return { operations: [], whole: 0, size: 0 };
  const bytes = readFileSync(path);
  const lines = bytes.toString("utf8").split("\n");
  const tail = lines.pop() ?? "";
  const operations: string[] = [];
  let whole = 0;
  for (const [index, line] of lines.entries()) {
    const text = uncheckedLine(line);
    if (text === undefined) {
      // Only the end can be torn; what reads after it means that something else went wrong.
      const isEnd = lines.slice(index + 1).every((later) => uncheckedLine(later) === undefined);
      if (!isEnd) throw damaged(path, index + 1);
      return { operations, whole, size: bytes.length };
    }
    operations.push(text);
    whole += Buffer.byteLength(line) + 1;
  }
  return { operations, whole, size: tail === "" ? whole : bytes.length };
}

function damaged(path: string, line: number): MemoryCorruptError {
  return new MemoryCorruptError(`\`${path}\`, line ${line}: it is not as it was written`);
}
