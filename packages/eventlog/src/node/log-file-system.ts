import type * as fs from "node:fs";

/** The part of `node:fs` that a log in one file uses; tests give one that fails. */
export type LogFileSystem = Pick<
  typeof fs,
  "closeSync" | "fdatasyncSync" | "fstatSync" | "fsyncSync" | "ftruncateSync" | "openSync" | "readSync" | "writeSync"
>;

/** The part of `node:fs` that a log in a folder uses; tests count its calls, make them fail, or kill the process in one. */
export type LogFolderSystem = LogFileSystem &
  Pick<
    typeof fs,
    | "existsSync"
    | "fdatasync"
    | "futimesSync"
    | "mkdirSync"
    | "readFileSync"
    | "readdirSync"
    | "renameSync"
    | "rmSync"
    | "unlinkSync"
  >;

/** Which file, and whether it must survive a power cut. */
export interface LogFilePlace {
  readonly path: string;
  readonly fs: LogFileSystem;
  readonly fsync: boolean;
}
