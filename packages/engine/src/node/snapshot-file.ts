import { createHash } from "node:crypto";
import { decodeText, FileReplacement, type FolderSystem } from "@car/files";
import {
  canonicalJson,
  type JsonObject,
  type JsonValue,
  parseJsonText,
  type StateEntry,
  StoreCorruptError,
} from "@car/ir";
import { stateEntryProblem } from "@car/ir/internal";
import type { LogHead } from "@car/ir/ports";
import { receiptProblem, type SavedReceipt } from "../checkpoint/checkpoint.js";
import type { StoredReceipt } from "../recovery/durable-parts.js";

/** The state at one point of a log, with what recovery needs from before it. */
export interface Snapshot {
  /** The last event that is in it. */
  readonly head: LogHead;
  readonly version: number;
  /** Sequence of the first event of the oldest run that was open then. */
  readonly openFrom: number | undefined;
  readonly entries: readonly (readonly [key: string, entry: StateEntry])[];
  readonly receipts: readonly StoredReceipt[];
}

/** Text that is gathered before it is written, in characters. */
const BATCH = 256 * 1024;

/** A file that is being written: whole lines, and at the end their checksum. It replaces nothing before it is whole. */
export class SnapshotWriter {
  private readonly file: FileReplacement;
  private readonly hash = createHash("sha256");
  private text = "";

  constructor(fs: FolderSystem, path: string) {
    this.file = new FileReplacement(path, { fs });
  }

  /** Adds a line. Returns true when a batch was written, so that others may have their turn. */
  line(value: JsonValue): boolean {
    this.text += `${canonicalJson(value)}\n`;
    if (this.text.length < BATCH) return false;
    this.flush();
    return true;
  }

  /** Writes the checksum and puts the file in its place. */
  finish(): void {
    this.flush();
    this.file.write(`${canonicalJson({ sha256: this.hash.digest("hex") })}\n`);
    this.file.finish();
  }

  /** Removes what is not finished. */
  drop(): void {
    this.file.drop();
  }

  private flush(): void {
    this.hash.update(this.text);
    this.file.write(this.text);
    this.text = "";
  }
}

/** The first line of a file. */
export interface SnapshotHeader {
  readonly head: LogHead;
  readonly version: number;
  readonly openFrom: number | undefined;
  readonly entries: number;
  readonly receipts: number;
}

/** A header as it stands in the file. */
export function headerLine({ head, version, openFrom, entries, receipts }: SnapshotHeader): JsonObject {
  const { seq, hash } = head;
  return { format_version: 1, seq, hash, version, open_from: openFrom ?? null, entries, receipts };
}

/** An entry as it stands in the file. */
export function entryLine(key: string, { value, origin, version, trusted, labels }: StateEntry): JsonObject {
  return {
    key,
    ...(value === undefined ? {} : { value }),
    origin,
    version,
    ...(trusted === undefined ? {} : { trusted: { value: trusted.value, origin: trusted.origin } }),
    ...(labels === undefined ? {} : { labels }),
  };
}

/** A receipt as it stands in the file. */
export function receiptLine({ key, answer, storedAt }: StoredReceipt): JsonObject {
  const { output, writes, labels, runId, actionId } = answer;
  const written = writes.map(({ key: name, write: { value, origin } }) =>
    value === undefined ? { key: name, origin } : { key: name, origin, value },
  );
  const receipt = { key, output, writes: written, run_id: runId, action_id: actionId, stored_at: storedAt };
  return labels === undefined ? receipt : { ...receipt, labels };
}

/**
 * Reads a snapshot back; `undefined` when it cannot be read, is not whole, byte for byte, or is of another version.
 * @throws `StoreCorruptError` naming file, line and what is wrong when it is whole and holds what no snapshot has.
 */
export function readSnapshot(fs: FolderSystem, path: string): Snapshot | undefined {
  const lines = wholeLines(fs, path);
  if (lines === undefined) return undefined;
  const header = headerOf(path, lines[0]!);
  if (header === undefined) return undefined;
  const { entries, receipts, ...rest } = header;
  if (lines.length !== 1 + entries + receipts) throw refused(path, 1, "it counts other lines than there are");
  const numbered = lines.map((line, index) => ({ line, number: index + 1 }));
  return {
    ...rest,
    entries: numbered.slice(1, entries + 1).map(({ line, number }) => entryOf(path, number, line)),
    receipts: numbered.slice(entries + 1).map(({ line, number }) => receiptOf(path, number, line)),
  };
}

/** The lines above the checksum. */
function wholeLines(fs: FolderSystem, path: string): readonly string[] | undefined {
  const bytes = readable(fs, path);
  if (bytes === undefined) return undefined;
  const start = bytes.lastIndexOf(10, bytes.length - 2) + 1;
  const sha256 = createHash("sha256").update(bytes.subarray(0, start)).digest("hex");
  if (start === 0 || bytes.toString("utf8", start) !== `${canonicalJson({ sha256 })}\n`) return undefined;
  const decoded = decodeText(bytes.subarray(0, start - 1));
  if ("badLine" in decoded) throw refused(path, decoded.badLine, "it is no UTF-8");
  return decoded.text.split("\n");
}

function readable(fs: FolderSystem, path: string): Buffer | undefined {
  try {
    return fs.readFileSync(path);
  } catch {
    // An older snapshot, or the log, has the same.
    return undefined;
  }
}

type Fields = Readonly<Record<string, JsonValue | undefined>>;

function lineAt(path: string, number: number, line: string): Fields {
  try {
    const value = parseJsonText(line);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  } catch (cause) {
    throw refused(path, number, (cause as Error).message, cause);
  }
  throw refused(path, number, "it is no object");
}

/** `undefined` for another version. */
function headerOf(path: string, line: string): SnapshotHeader | undefined {
  const { format_version, seq, hash, version, open_from, entries, receipts } = lineAt(path, 1, line);
  if (format_version !== 1) return undefined;
  const counts = [seq, version, entries, receipts, open_from ?? 0];
  if (typeof hash !== "string" || !counts.every((count) => Number.isSafeInteger(count) && Number(count) >= 0)) {
    throw refused(path, 1, "it is no header of a snapshot");
  }
  return {
    head: { seq: Number(seq), hash },
    version: Number(version),
    openFrom: open_from == null ? undefined : Number(open_from),
    entries: Number(entries),
    receipts: Number(receipts),
  };
}

function entryOf(path: string, number: number, line: string): readonly [string, StateEntry] {
  const { key, value, ...entry } = lineAt(path, number, line);
  if (typeof key !== "string") throw refused(path, number, "it has no `key`");
  const problem = stateEntryProblem(entry);
  if (problem !== undefined) throw refused(path, number, `key \`${key}\`: ${problem}`);
  return [key, { ...(entry as unknown as Omit<StateEntry, "value">), value }];
}

function receiptOf(path: string, number: number, line: string): StoredReceipt {
  const fields = lineAt(path, number, line);
  const problem = receiptProblem(fields);
  if (problem !== undefined) throw refused(path, number, problem);
  const { key, output, writes, labels, run_id, action_id, stored_at } = fields as unknown as SavedReceipt;
  const answer = {
    output,
    writes: writes.map(({ key: name, origin, value }) => ({ key: name, write: { value, origin } })),
    ...(labels === undefined ? {} : { labels }),
    runId: run_id,
    actionId: action_id,
  };
  return { key, answer, storedAt: stored_at };
}

function refused(path: string, line: number, problem: string, cause?: unknown): StoreCorruptError {
  return new StoreCorruptError(`${path}, line ${line}: ${problem}`, { cause });
}
