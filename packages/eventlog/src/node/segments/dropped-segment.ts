import { join } from "node:path";
import { CarError } from "@car/ir";
import type { LogHead } from "@car/ir/ports";
import { checkedLine, uncheckedLine } from "../checked-line.js";
import { writeWhole } from "../write-whole.js";
import type { LogFolder } from "./log-folder.js";
import { damage } from "./segment.js";
import { droppedName, type SegmentId, segmentName } from "./segment-name.js";

/** Records that a segment, which ends with `head`, is dropped on purpose. */
export function writeDropped({ path, fs, fsync }: LogFolder, id: SegmentId, head: LogHead): void {
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
  try {
    return (JSON.parse(uncheckedLine(text.slice(0, -1), 1)) as { head: LogHead }).head;
  } catch (error) {
    if (!CarError.isInstance(error) && !(error instanceof SyntaxError)) throw error;
    throw damage("the record of its dropping is damaged", { segment, seq: id.firstSeq }, error);
  }
}
