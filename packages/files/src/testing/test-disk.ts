import * as nodeFs from "node:fs";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { FolderSystem } from "../file-system.js";

/** Calls that change what is on the disk, or make it last. */
export const STEPS = ["openSync", "writeSync", "fsyncSync", "closeSync", "renameSync"] as const;

/** A folder that is removed after the tests of the file, and fresh paths in it. */
export function temporaryPaths(): () => string {
  const folder = mkdtempSync(join(tmpdir(), "car-files-"));
  let count = 0;
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return () => join(folder, String(++count));
}

/** The real file system, which tells `onCall` of each of `STEPS` before it is made; what `onCall` throws is what the call throws. */
export function watchedFs(onCall: (name: (typeof STEPS)[number], args: readonly unknown[]) => void): FolderSystem {
  const watched = STEPS.map((name) => [
    name,
    (...args: unknown[]): unknown => {
      onCall(name, args);
      return (nodeFs[name] as (...args: unknown[]) => unknown)(...args);
    },
  ]);
  return { ...nodeFs, ...(Object.fromEntries(watched) as Partial<FolderSystem>) };
}
