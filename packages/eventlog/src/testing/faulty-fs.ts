import type { FileSystem, FolderSystem } from "@car/files";
import * as nodeFs from "node:fs";

/** What goes wrong. */
export interface Faults {
  /** Bytes the disk still takes; a write that crosses the line is cut short, the next one fails. */
  readonly capacity?: number;
  /** Calls that fail. */
  readonly failing?: readonly (keyof FolderSystem)[];
  readonly code?: string;
}

type WriteArguments = [fd: number, bytes: Uint8Array, offset: number, length: number, at: number | null];

/** The real file system with faults. */
export function faultyFs({ capacity = Number.POSITIVE_INFINITY, failing = [], code = "ENOSPC" }: Faults): FolderSystem {
  let left = capacity;
  const error = (): Error => Object.assign(new Error(`${code}: injected`), { code });
  const fail = (): never => {
    throw error();
  };
  const writeSync = (...[fd, bytes, offset, length, at]: WriteArguments): number => {
    if (left <= 0) return fail();
    const taken = nodeFs.writeSync(fd, bytes, offset, Math.min(length, left), at);
    left -= taken;
    return taken;
  };
  const failLater = (_fd: number, done: (error: Error) => void): void => void setImmediate(() => done(error()));
  const faulty = Object.fromEntries(failing.map((name) => [name, name === "fdatasync" ? failLater : fail]));
  return { ...nodeFs, writeSync: writeSync as FileSystem["writeSync"], ...faulty };
}

/** Calls that change what is on the disk. */
const STEPS = [
  ...["fdatasyncSync", "fsyncSync", "ftruncateSync", "futimesSync", "mkdirSync", "openSync"],
  ...["renameSync", "rmSync", "unlinkSync", "writeSync"],
] as const;

/**
 * The real file system, which calls `onStep` before each call that changes something; after one call is, for the disk,
 * before the next. A write is done in two halves, with a step between them, so that a test can stop inside of one.
 */
export function steppedFs(onStep: () => void): FolderSystem {
  const stepped = Object.fromEntries(
    STEPS.map((name) => [
      name,
      (...args: unknown[]): unknown => {
        // What is opened for reading changes nothing.
        if (name !== "openSync" || args[1] !== "r") onStep();
        return (nodeFs[name as "mkdirSync"] as (...args: unknown[]) => unknown)(...args);
      },
    ]),
  );
  const writeSync = (...[fd, bytes, offset, length, at]: WriteArguments): number => {
    onStep();
    const half = nodeFs.writeSync(fd, bytes, offset, Math.floor(length / 2), at);
    onStep();
    const rest = at === null ? null : at + half;
    return half + nodeFs.writeSync(fd, bytes, offset + half, length - half, rest);
  };
  const fdatasync: typeof nodeFs.fdatasync = Object.assign(
    (fd: number, done: (error: NodeJS.ErrnoException | null) => void): void => {
      onStep();
      nodeFs.fdatasync(fd, done);
    },
    { __promisify__: nodeFs.fdatasync.__promisify__ },
  );
  return { ...nodeFs, ...stepped, writeSync: writeSync as FileSystem["writeSync"], fdatasync };
}
