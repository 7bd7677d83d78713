import { createHash } from "node:crypto";
import { FileReplacement, type FolderSystem } from "@car/files";
import { canonicalJson, type JsonObject, type JsonValue, type StateEntry } from "@car/ir";
import type { LogHead } from "@car/ir/ports";
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
  const { output, writes, runId, actionId } = answer;
  const written = writes.map(({ key: name, write: { value, origin } }) =>
    value === undefined ? { key: name, origin } : { key: name, origin, value },
  );
  return { key, output, writes: written, run_id: runId, action_id: actionId, stored_at: storedAt };
}

/** Reads a snapshot back; `undefined` when it cannot be read, or is not whole, byte for byte. */
export function readSnapshot(fs: FolderSystem, path: string): Snapshot | undefined {
  try {
    const lines = wholeLines(fs.readFileSync(path));
    if (lines === undefined) return undefined;
    const header = JSON.parse(lines[0]!) as { seq: number; hash: string; version: number } & Record<string, unknown>;
    if (header["format_version"] !== 1) return undefined;
    const entries = header["entries"] as number;
    return {
      head: { seq: header.seq, hash: header.hash },
      version: header.version,
      openFrom: (header["open_from"] as number | null) ?? undefined,
      entries: lines.slice(1, entries + 1).map((line) => entryOf(line)),
      receipts: lines.slice(entries + 1).map((line) => receiptOf(line)),
    };
  } catch {
    return undefined;
  }
}

function wholeLines(bytes: Buffer): readonly string[] | undefined {
  const start = bytes.lastIndexOf(10, bytes.length - 2) + 1;
  const sha256 = createHash("sha256").update(bytes.subarray(0, start)).digest("hex");
  if (start === 0 || bytes.toString("utf8", start) !== `${canonicalJson({ sha256 })}\n`) return undefined;
  return bytes.toString("utf8", 0, start - 1).split("\n");
}

function entryOf(line: string): readonly [string, StateEntry] {
  const { key, value, ...entry } = JSON.parse(line) as StateEntry & { readonly key: string };
  return [key, { ...entry, value }];
}

function receiptOf(line: string): StoredReceipt {
  const { key, output, writes, run_id, action_id, stored_at } = JSON.parse(line) as {
    readonly key: string;
    readonly output: JsonValue;
    readonly writes: readonly { readonly key: string; readonly origin: "tool"; readonly value?: JsonValue }[];
    readonly run_id: string;
    readonly action_id: string;
    readonly stored_at: number;
  };
  const answer = {
    output,
    writes: writes.map(({ key: name, origin, value }) => ({ key: name, write: { value, origin } })),
    runId: run_id,
    actionId: action_id,
  };
  return { key, answer, storedAt: stored_at };
}
