import * as nodeFs from "node:fs";
import type { LogFileSystem } from "../node/log-file-system.js";

/** What goes wrong. */
export interface Faults {
  /** Bytes the disk still takes; a write that crosses the line is cut short, the next one fails. */
  readonly capacity?: number;
  /** Calls that fail. */
  readonly failing?: readonly (keyof LogFileSystem)[];
  readonly code?: string;
}

/** The real file system with faults. */
export function faultyFs({
  capacity = Number.POSITIVE_INFINITY,
  failing = [],
  code = "ENOSPC",
}: Faults): LogFileSystem {
  let left = capacity;
  const fail = (): never => {
    throw Object.assign(new Error(`${code}: injected`), { code });
  };
  const writeSync = (...[fd, bytes, offset, length]: [number, Uint8Array, number, number]): number => {
    if (left <= 0) return fail();
    const taken = nodeFs.writeSync(fd, bytes, offset, Math.min(length, left));
    left -= taken;
    return taken;
  };
  const faulty = Object.fromEntries(failing.map((name) => [name, fail]));
  return { ...nodeFs, writeSync: writeSync as LogFileSystem["writeSync"], ...faulty };
}
