import * as nodeFs from "node:fs";
import type { FolderSystem } from "@car/files";
import { LogCorruptError, type CarEvent } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { LogHead, ReadOptions } from "@car/ir/ports";
import { type ReadJsonlOptions, readJsonl } from "../read-jsonl.js";
import { EPOCHS, type LogFolder } from "./log-folder.js";
import { readChain, type SegmentChain } from "./segment-chain.js";
import { type OpenSegment, segmentEvents } from "./segment-events.js";

/** Which events to read, and through which file system. */
export interface ReadLogOptions extends ReadOptions {
  readonly fs?: FolderSystem;
}

const OPTIONS = ["from", "to", "fs"] as const satisfies readonly (keyof ReadLogOptions)[];

/**
 * The events of a log on the disk, streamed: of a folder of segments, also while a process writes it, or of one JSONL
 * file. What is cut off at the end is left out. Links and hashes are not checked: `verifyChain` does that.
 * @throws `LogCorruptError` naming the first place that is damaged; the error of `node:fs` when nothing can be read.
 */
export async function* readLog(path: string, options: ReadLogOptions = {}): AsyncGenerator<CarEvent> {
  assertKnownOptions(options, OPTIONS, "readLog");
  const { fs = nodeFs } = options;
  if (!isFolder(path, fs)) {
    yield* readJsonl(path, options satisfies ReadJsonlOptions);
    return;
  }
  const folder = { path, fs, fsync: false };
  const { closed, newest } = chainOf(folder);
  yield* eventsOf(folder, newest === undefined ? closed : [...closed, newest], options);
}

/** The last event that a log on the disk has dropped; what is left begins after it. A single file drops nothing. */
export function droppedHead(path: string, options: Pick<ReadLogOptions, "fs"> = {}): LogHead | undefined {
  assertKnownOptions(options, ["fs"], "droppedHead");
  const { fs = nodeFs } = options;
  return isFolder(path, fs) ? chainOf({ path, fs, fsync: false }).dropped : undefined;
}

/** The events of segments. What is appended after the call is not read. */
export function eventsOf(
  folder: LogFolder,
  segments: readonly OpenSegment[],
  { from = 1, to = Number.POSITIVE_INFINITY }: ReadOptions,
): AsyncGenerator<CarEvent> {
  const wanted = segments.filter(({ firstSeq, head }) => firstSeq <= to && (head === undefined || head.seq >= from));
  return asyncEvents(folder, wanted, { from, to });
}

async function* asyncEvents(
  folder: LogFolder,
  segments: readonly OpenSegment[],
  range: { readonly from: number; readonly to: number },
): AsyncGenerator<CarEvent> {
  for (const segment of segments) yield* segmentEvents(folder, segment, range);
}

function chainOf(folder: LogFolder): SegmentChain {
  const chain = readChain(folder);
  if (chain.newest !== undefined || folder.fs.existsSync(`${folder.path}/${EPOCHS}`)) return chain;
  throw new LogCorruptError(`the folder \`${folder.path}\` holds no log`);
}

function isFolder(path: string, fs: FolderSystem): boolean {
  const fd = fs.openSync(path, "r");
  try {
    return fs.fstatSync(fd).isDirectory();
  } finally {
    fs.closeSync(fd);
  }
}
