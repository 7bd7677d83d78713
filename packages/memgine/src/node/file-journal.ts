import * as nodeFs from "node:fs";
import { closeSync, fdatasync, mkdirSync, openSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { checkedLine, claimFolder, type FolderClaim, replaceFile, syncFolder, writeWhole } from "@car/files";
import { CarError, MemoryClosedError, MemoryLockedError, MemoryWriteError } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { MemoryJournal } from "../journal/memory-journal.js";
import { CLAIMS, journalName, readFolder, SNAPSHOT } from "./read-folder.js";

const sync = promisify(fdatasync);

/** A process that has not renewed its claim for so long, and cannot be asked whether it lives, is taken for dead. */
const LEASE_MS = 10_000;

interface Pen {
  readonly folder: string;
  readonly claim: FolderClaim;
  generation: number;
  file: number;
  buffer: string[];
  failure: CarError | undefined;
  isScheduled: boolean;
  closed: boolean;
}

/**
 * Keeps a memory in a folder: one snapshot, and the operations since, each with a checksum. What was flushed survives a crash at
 * any instant; an operation that was being written is dropped on the next opening.
 * @throws `CAR_MEMORY_LOCKED` while another process has the folder, `CAR_MEMORY_CORRUPT` when a line in the middle does not read,
 * `CAR_MEMORY_WRITE_FAILED` when the folder cannot be written.
 */
export function openFileJournal(options: { readonly folder: string }): MemoryJournal {
  assertKnownOptions(options, ["folder"], "openFileJournal");
  const { folder } = options;
  const claim = orRefused(`the folder \`${folder}\` could not be opened`, () => {
    mkdirSync(folder, { recursive: true });
    return claimOf(folder);
  });
  try {
    const { found, generation, wholeBytes } = readFolder(folder);
    const file = openSync(join(folder, journalName(generation)), "a");
    const rest = { generation, file, buffer: [], failure: undefined, isScheduled: false, closed: false };
    wholeBytes(file);
    return journalOf({ folder, claim, ...rest }, found);
  } catch (error) {
    claim.release();
    throw error;
  }
}

function claimOf(folder: string): FolderClaim {
  const path = join(folder, CLAIMS);
  const answer = claimFolder({ fs: nodeFs, path, leaseMs: LEASE_MS, sparesLiving: true });
  if ("claim" in answer) return answer.claim;
  const { heldBy } = answer;
  const who = heldBy === undefined ? "a process that just started" : `process ${heldBy.pid} on ${heldBy.host}`;
  throw new MemoryLockedError(`${who} has the memory in \`${folder}\` open`);
}

function journalOf(pen: Pen, found: MemoryJournal["found"]): MemoryJournal {
  return {
    found,
    append(operation) {
      if (pen.closed) throw new MemoryClosedError("the journal is closed");
      if (pen.failure !== undefined) throw pen.failure;
      pen.buffer.push(`${checkedLine(operation)}\n`);
      schedule(pen);
    },
    async flush() {
      writeOut(pen);
      if (pen.failure !== undefined) throw pen.failure;
      if (pen.closed) return;
      try {
        await sync(pen.file);
        assertOwner(pen);
      } catch (cause) {
        throw failed(pen, "the journal could not be synced", cause);
      }
    },
    replace: async (snapshot) => replaceAll(pen, snapshot),
    async close() {
      if (pen.closed) return;
      try {
        await this.flush();
      } finally {
        pen.closed = true;
        closeSync(pen.file);
        pen.claim.release();
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
    assertOwner(pen);
    writeWhole({ fs: nodeFs, fd: pen.file }, Buffer.from(text));
  } catch (cause) {
    failed(pen, "the journal could not be written", cause);
  }
}

/**
 * INVARIANT: at any instant the folder holds a whole snapshot and the operations that belong to it. The new snapshot names a
 * journal that does not exist yet, so renaming it is the one step that counts.
 */
function replaceAll(pen: Pen, snapshot: string): void {
  if (pen.closed) throw new MemoryClosedError("the journal is closed");
  const next = pen.generation + 1;
  try {
    assertOwner(pen);
    const lines = [`{"format_version":1,"generation":${next}}`, snapshot].map((line) => `${checkedLine(line)}\n`);
    replaceFile(join(pen.folder, SNAPSHOT), lines.join(""));
    closeSync(pen.file);
    pen.buffer = [];
    pen.generation = next;
    pen.file = openSync(join(pen.folder, journalName(next)), "a");
    dropOthers(pen.folder, next);
    syncFolder(pen.folder, nodeFs);
  } catch (cause) {
    throw failed(pen, "the snapshot could not be written", cause);
  }
}

function dropOthers(folder: string, generation: number): void {
  for (const name of readdirSync(folder)) {
    if (name.startsWith("journal-") && name !== journalName(generation)) rmSync(join(folder, name));
  }
}

function assertOwner({ claim, folder }: Pen): void {
  if (claim.isOver()) throw new MemoryLockedError(`another process has taken the memory in \`${folder}\` over`);
}

/** After a failure the journal takes nothing more. */
function failed(pen: Pen, message: string, cause: unknown): CarError {
  return (pen.failure = CarError.isInstance(cause) ? cause : new MemoryWriteError(message, { cause }));
}

function orRefused<T>(message: string, body: () => T): T {
  try {
    return body();
  } catch (cause) {
    if (CarError.isInstance(cause)) throw cause;
    throw new MemoryWriteError(message, { cause });
  }
}
