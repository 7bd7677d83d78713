import type { FolderSystem } from "@car/files";
import * as nodeFs from "node:fs";
import { basename } from "node:path";

/** Calls that change what is on the disk. */
const CHANGING = [
  ...(["fdatasyncSync", "fsyncSync", "ftruncateSync", "futimesSync", "mkdirSync", "openSync"] as const),
  ...(["renameSync", "rmSync", "unlinkSync"] as const),
];

type AnyCall = (...args: unknown[]) => unknown;

/**
 * The real file system, with a step before and after each call that changes something, and one inside each write.
 * `onStep` is told where it is, such as `renameSync place, after`.
 */
export function dyingFs(onStep: (site: string) => void): FolderSystem {
  const names = new Map<number, string>();
  const nameOf = (target: unknown): string =>
    typeof target === "number" ? (names.get(target) ?? "?") : kindOf(basename(String(target)));
  const around = (call: string, run: AnyCall): AnyCall => {
    return (...args) => {
      // What is opened for reading changes nothing.
      const counts = call !== "openSync" || args[1] !== "r";
      const site = `${call} ${nameOf(args[0])}`;
      if (counts) onStep(`${site}, before`);
      const result = run(...args);
      if (call === "openSync") names.set(result as number, nameOf(args[0]));
      if (counts) onStep(`${site}, after`);
      return result;
    };
  };
  const changing = CHANGING.map((call) => [call, around(call, nodeFs[call] as AnyCall)]);
  const writeSync = (
    fd: number,
    bytes: Uint8Array,
    ...rest: [offset: number, length: number, at: number | null]
  ): number => {
    const [offset, length, at] = rest;
    const site = `writeSync ${nameOf(fd)}`;
    onStep(`${site}, before`);
    const half = nodeFs.writeSync(fd, bytes, offset, Math.floor(length / 2), at);
    onStep(`${site}, inside`);
    const written = half + nodeFs.writeSync(fd, bytes, offset + half, length - half, at === null ? null : at + half);
    onStep(`${site}, after`);
    return written;
  };
  const fdatasync = (fd: number, done: nodeFs.NoParamCallback): void => {
    onStep(`fdatasync ${nameOf(fd)}, before`);
    nodeFs.fdatasync(fd, (error) => {
      onStep(`fdatasync ${nameOf(fd)}, after`);
      done(error);
    });
  };
  return {
    ...nodeFs,
    ...(Object.fromEntries(changing) as Partial<FolderSystem>),
    writeSync: writeSync as FolderSystem["writeSync"],
    fdatasync: Object.assign(fdatasync, { __promisify__: nodeFs.fdatasync.__promisify__ }),
  };
}

/** What kind of file it is: numbers in its name say which, not what. */
function kindOf(name: string): string {
  return name.replace(/[0-9a-f]{32,}|\d+/g, "N");
}
