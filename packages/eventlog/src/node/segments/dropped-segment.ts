import { join } from "node:path";
import { checkedLine, uncheckedLine, writeWhole } from "@car/files";
import type { LogHead } from "@car/ir/ports";
import type { LogFolder } from "./log-folder.js";
import { damage } from "./segment.js";
import { droppedName, type SegmentId, segmentName } from "./segment-name.js";

const RECORD =
  /^\{"format_version":1,"head":\{"seq":(\d+),"hash":"([0-9a-f]{64})"(?:,"signature":"([A-Za-z0-9_-]+)")?\}\}$/;

/** Records that a segment, which ends with `head`, is dropped on purpose. */
export function writeDropped({ path, fs, fsync }: LogFolder, id: SegmentId, { seq, hash, signature }: LogHead): void {
  const head = { seq, hash, ...(signature !== undefined && { signature }) };
  const fd = fs.openSync(join(path, droppedName(id)), "w", 0o600);
  try {
    writeWhole({ fs, fd }, Buffer.from(`${checkedLine(JSON.stringify({ format_version: 1, head }))}\n`));
    if (fsync) fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/**
 * The last event of a segment that was dropped.
 * @throws `LogCorruptError` when the segment is missing without a word.
 */
export function readDropped({ path, fs }: LogFolder, id: SegmentId): LogHead {
  const segment = segmentName(id);
  const file = join(path, droppedName(id));
  const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
  if (!text.endsWith("\n")) throw damage("it is missing", { segment, seq: id.firstSeq });
  const record = uncheckedLine(text.slice(0, -1));
  const head = record === undefined ? undefined : headOf(record);
  if (head === undefined) throw damage("the record of its dropping is damaged", { segment, seq: id.firstSeq });
  return head;
}

function headOf(record: string): LogHead | undefined {
  const [, seq, hash, signature] = RECORD.exec(record) ?? [];
  if (seq === undefined || hash === undefined) return undefined;
  return { seq: Number(seq), hash, ...(signature !== undefined && { signature }) };
}
