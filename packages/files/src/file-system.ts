import type * as fs from "node:fs";

/** The part of `node:fs` that work on one file uses; tests give one that fails. */
export type FileSystem = Pick<
  typeof fs,
  "closeSync" | "fdatasyncSync" | "fstatSync" | "fsyncSync" | "ftruncateSync" | "openSync" | "readSync" | "writeSync"
>;

/** The part of `node:fs` that work on a folder uses; tests count its calls, make them fail, or kill the process in one. */
export type FolderSystem = FileSystem &
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
