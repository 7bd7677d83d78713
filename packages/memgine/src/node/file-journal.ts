import {
  closeSync,
  fdatasync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { MemoryClosedError, MemoryWriteError } from "@car/ir";
import type { MemoryJournal } from "../journal/memory-journal.js";
import { lineOf } from "./checked-line.js";
import { takeLock } from "./lock-file.js";
import { journalName, readFolder, SNAPSHOT } from "./read-folder.js";

const sync = promisify(fdatasync);

interface Pen {
  readonly folder: string;
  generation: number;
  file: number;
  buffer: string[];
  failure: MemoryWriteError | undefined;
  isScheduled: boolean;
  closed: boolean;
}

/**
 * Keeps a memory in a folder: one snapshot, and the operations since, each with a checksum. What was flushed survives a crash at
 * any instant; an operation that was being written is dropped on the next opening.
 * @throws `CAR_MEMORY_LOCKED` while another process has the folder, `CAR_MEMORY_CORRUPT` when a line in the middle does not read.
 */
export function openFileJournal(options: { readonly folder: string }): MemoryJournal {
  const { folder } = options;
  mkdirSync(folder, { recursive: true });
  const unlock = takeLock(join(folder, "lock"));
  try {
    const { found, generation, wholeBytes } = readFolder(folder);
    const file = openSync(join(folder, journalName(generation)), "a");
    const pen: Pen = { folder, generation, file, buffer: [], failure: undefined, isScheduled: false, closed: false };
    wholeBytes(file);
    return journalOf(pen, found, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

function journalOf(pen: Pen, found: MemoryJournal["found"], unlock: () => void): MemoryJournal {
  return {
    found,
    append(operation) {
      if (pen.closed) throw new MemoryClosedError("the journal is closed");
      if (pen.failure !== undefined) throw pen.failure;
      pen.buffer.push(lineOf(operation));
      schedule(pen);
    },
    async flush() {
      writeOut(pen);
      if (pen.failure !== undefined) throw pen.failure;
      if (pen.closed) return;
      await sync(pen.file).catch((cause: unknown) => {
        pen.failure = new MemoryWriteError("the journal could not be synced", { cause });
        throw pen.failure;
      });
    },
    replace: async (snapshot) => replaceAll(pen, snapshot),
    async close() {
      if (pen.closed) return;
      try {
        await this.flush();
      } finally {
        pen.closed = true;
        closeSync(pen.file);
        unlock();
      }
    },
  };
}

/** A killed process loses no more than one turn of the event loop; a machine that stops, what was not flushed. */
function schedule(pen: Pen): void {
  if (pen.isScheduled) return;
  pen.isScheduled = true;
  setImmediate(() => {
    pen.isScheduled = false;
    writeOut(pen);
  });
}

function writeOut(pen: Pen): void {
  if (pen.buffer.length === 0 || pen.closed || pen.failure !== undefined) return;
  const text = pen.buffer.join("");
  pen.buffer = [];
  try {
    writeWhole(pen.file, text);
  } catch (cause) {
    pen.failure = new MemoryWriteError("the journal could not be written", { cause });
  }
}

function writeWhole(file: number, text: string): void {
  const bytes = Buffer.from(text, "utf8");
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
}

/**
 * INVARIANT: at any instant the folder holds a whole snapshot and the operations that belong to it. The new snapshot names a
 * journal that does not exist yet, so renaming it is the one step that counts.
 */
function replaceAll(pen: Pen, snapshot: string): void {
  if (pen.closed) throw new MemoryClosedError("the journal is closed");
  const next = pen.generation + 1;
  const path = join(pen.folder, SNAPSHOT);
  try {
    const file = openSync(`${path}.new`, "w");
    writeWhole(file, `${next}\n${lineOf(snapshot)}`);
    fsyncSync(file);
    closeSync(file);
    renameSync(`${path}.new`, path);
    syncFolder(pen.folder);
    closeSync(pen.file);
    pen.buffer = [];
    pen.generation = next;
    pen.file = openSync(join(pen.folder, journalName(next)), "a");
    dropOthers(pen.folder, next);
    syncFolder(pen.folder);
  } catch (cause) {
    pen.failure = new MemoryWriteError("the snapshot could not be written", { cause });
    throw pen.failure;
  }
}

function dropOthers(folder: string, generation: number): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith("journal-") && name !== journalName(generation)) rmSync(join(folder, name));
  }
}

function syncFolder(folder: string): void {
  // Folders cannot be opened on Windows; there the rename is as durable as the file system makes it.
  if (process.platform === "win32") return;
  const file = openSync(folder, "r");
  fsyncSync(file);
  closeSync(file);
}
