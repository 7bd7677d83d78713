import type * as fs from "node:fs";

/** The part of `node:fs` that a JSONL log uses; tests give one that fails. */
export type LogFileSystem = Pick<
  typeof fs,
  "closeSync" | "fdatasyncSync" | "fstatSync" | "fsyncSync" | "ftruncateSync" | "openSync" | "readSync" | "writeSync"
>;

/** Which file, and whether it must survive a power cut. */
export interface LogFilePlace {
  readonly path: string;
  readonly fs: LogFileSystem;
  readonly fsync: boolean;
}
