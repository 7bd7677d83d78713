import { join } from "node:path";
import { checkedLine, FileReplacement } from "@car/files";
import { canonicalJson, type CarEvent, jsonOfEvent } from "@car/ir";
import { sealedEventLine } from "../../wire/event-line.js";
import { orRefused } from "../log-write-error.js";
import { nodeSha256 } from "../node-sha256.js";
import { erasePayload, resolvePayload } from "./payload-files.js";
import type { BoundedSegment } from "./segment.js";
import type { LogParts } from "./segment-event-log.js";
import { segmentLines } from "./segment-events.js";
import { headerLine } from "./segment-header.js";

type Picks = (event: CarEvent) => boolean;

/** Text that is gathered before it is written. */
const BATCH_CHARACTERS = 256 * 1024;

/** Erases the payloads of one event, or of those that are picked. Gives how many were there to erase. */
export function forgetPayloads(parts: LogParts, which: number | Picks): number {
  const { folder, writer } = parts;
  const picks: Picks = typeof which === "number" ? ({ seq }) => seq === which : which;
  const range = typeof which === "number" ? { from: which, to: which } : EVERYTHING;
  return orRefused(folder.path, "to erase payloads", () => {
    let erased = 0;
    for (const segment of writer.segments) {
      if (segment.head.seq < range.from || segment.firstSeq > range.to) continue;
      erased += forgetIn(parts, segment, { picks, range });
    }
    return erased;
  });
}

const EVERYTHING = { from: 1, to: Number.POSITIVE_INFINITY };

interface Wanted {
  readonly picks: Picks;
  readonly range: typeof EVERYTHING;
}

function forgetIn(parts: LogParts, segment: BoundedSegment, { picks, range }: Wanted): number {
  const { folder, claim, writer } = parts;
  const inline = new Set<number>();
  const files: string[] = [];
  for (const { event } of segmentLines(folder, segment, range)) {
    const shown = resolvePayload(folder, segment, event);
    if (shown.data_digest !== undefined || Object.keys(shown.data).length === 0 || !picks(shown)) continue;
    if (event.data_digest === undefined) inline.add(event.seq);
    else files.push(event.data_digest);
  }
  if (inline.size > 0) {
    if (writer.segments.at(-1)?.name === segment.name) writer.startSegment();
    writer.replaceClosed(rewrite(parts, segment, inline));
  } else if (files.length > 0) claim.check();
  for (const digest of files) erasePayload(folder, segment, digest);
  return inline.size + files.length;
}

/** Writes the segment anew, without the payloads of some events, and puts it in the place of the old one. */
function rewrite({ folder, claim }: LogParts, segment: BoundedSegment, erased: ReadonlySet<number>): BoundedSegment {
  const { fs, path, fsync } = folder;
  const file = join(path, segment.name);
  const header = `${headerLine({ ...segment, isRewritten: true })}\n`;
  const replacement = new FileReplacement(file, { fs, fsync });
  let size = 0;
  try {
    for (const text of batches(header, linesWithout({ folder, segment, erased }))) {
      const bytes = Buffer.from(text);
      replacement.write(bytes);
      size += bytes.length;
    }
    // The segment after this one was there before this check. So an owner that takes over finds it, and with it this one.
    replacement.finish(() => claim.check());
  } finally {
    replacement.drop();
  }
  return { ...segment, isRewritten: true, start: header.length, end: size };
}

type Rewriting = Pick<LogParts, "folder"> & { readonly segment: BoundedSegment; readonly erased: ReadonlySet<number> };

function* linesWithout({ folder, segment, erased }: Rewriting): Generator<string> {
  for (const { event } of segmentLines(folder, segment, EVERYTHING)) {
    yield `${checkedLine(sealedEventLine(erased.has(event.seq) ? withoutPayload(event) : event))}\n`;
  }
}

function withoutPayload(event: CarEvent): CarEvent {
  return { ...event, data: {}, data_digest: nodeSha256(canonicalJson(jsonOfEvent(event))) };
}

function* batches(first: string, lines: Iterable<string>): Generator<string> {
  let text = first;
  for (const line of lines) {
    text += line;
    if (text.length < BATCH_CHARACTERS) continue;
    yield text;
    text = "";
  }
  yield text;
}
