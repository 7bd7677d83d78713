import { join } from "node:path";
import { syncFolder } from "@car/files";
import type { LogHead } from "@car/ir/ports";
import { type HeadSigner, signHead } from "../../chain/head-signature.js";
import { orRefused } from "../log-write-error.js";
import { writeDropped } from "./dropped-segment.js";
import type { LogFolder } from "./log-folder.js";
import { payloadFolder } from "./payload-files.js";
import type { BoundedSegment } from "./segment.js";
import type { LogParts } from "./segment-event-log.js";
import { sealName } from "./segment-name.js";

/** Deletes the segments that hold only events before `seq`, the newest apart. Gives the last event that went. */
export async function dropSegments(
  { folder, claim, writer }: LogParts,
  seq: number,
  sign: HeadSigner | undefined,
): Promise<LogHead | undefined> {
  const gone = writer.segments.slice(0, -1).filter(({ head }) => head.seq < seq);
  const heads = await Promise.all(gone.map(async ({ head }) => (sign === undefined ? head : signHead(head, sign))));
  return orRefused(folder.path, "to drop segments", () => {
    for (const [index, segment] of gone.entries()) writeDropped(folder, segment, heads[index] ?? segment.head);
    if (gone.length > 0 && folder.fsync) syncFolder(folder.path, folder.fs);
    claim.check();
    // Readers must not look for what is about to go.
    writer.dropThrough(heads.at(-1)?.seq ?? 0);
    for (const segment of gone) remove(folder, segment);
    return heads.at(-1);
  });
}

/** The segment itself goes first: as long as it is there it has its payloads. What stays behind, the next opening removes. */
function remove(folder: LogFolder, segment: BoundedSegment): void {
  const { fs, path } = folder;
  fs.unlinkSync(join(path, segment.name));
  fs.rmSync(join(path, sealName(segment)), { force: true });
  fs.rmSync(payloadFolder(folder, segment), { recursive: true, force: true });
}
