import { dirname } from "node:path";
import { type FileSystem, syncFolder } from "@car/files";
import { LogCorruptError } from "@car/ir";
import type { LogHead } from "@car/ir/ports";
import { ChainWalk } from "../chain/chain-walk.js";
import { claimLogFile, type LogFileClaim } from "./log-file-claim.js";
import { orRefused } from "./log-write-error.js";
import { nodeSha256 } from "./node-sha256.js";
import { scanLines } from "./scan-lines.js";
import { parseLine } from "./parse-line.js";

/** Which file, and whether it must survive a power cut. */
export interface LogFilePlace {
  readonly path: string;
  readonly fs: FileSystem;
  readonly fsync: boolean;
}

/** An open log file and where its chain stands. */
export interface OpenLogFile {
  readonly fd: number;
  /** Bytes up to the end of the last whole line. */
  readonly size: number;
  readonly head: LogHead;
  /** Absent for a file that belongs to something that is claimed as a whole. */
  readonly claim?: LogFileClaim;
}

/**
 * Opens a log for appending, or makes it. The chain of what is there is verified; a write that was cut off at the end
 * is removed. The file is claimed before that: nobody else writes it.
 * @throws `LogCorruptError` naming the first line that is damaged, `LogLockedError` naming the process that
 * writes it, `LogWriteError` when the file cannot be opened.
 */
export function openLogFile({ path, fs, fsync }: LogFilePlace): OpenLogFile {
  // Only the owner may read it: payloads are not redacted on disk.
  const fd = orRefused(path, "to be opened", () => fs.openSync(path, "a+", 0o600));
  let claim: LogFileClaim | undefined;
  try {
    const held = (claim = orRefused(path, "to be claimed", () => claimLogFile(path, fs.fstatSync(fd).isFile())));
    const { size, head } = verifiedEnd(fs, fd);
    if (fs.fstatSync(fd).size > size) fs.ftruncateSync(fd, size);
    if (fsync) syncFolder(dirname(path), fs);
    return { fd, size, head, claim: held };
  } catch (error) {
    claim?.release();
    fs.closeSync(fd);
    throw error;
  }
}

function verifiedEnd(fs: FileSystem, fd: number): Pick<OpenLogFile, "size" | "head"> {
  const walk = new ChainWalk({ partial: true, sha256: nodeSha256 });
  let size = 0;
  for (const { text, number, end } of scanLines(fs, fd)) {
    const problem = walk.take(parseLine(text, number));
    if (problem !== undefined) throw new LogCorruptError(`line ${number}: ${problem.code}: ${problem.message}`);
    size = end;
  }
  return { size, head: walk.head };
}
