import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const SYNC = [
  "appendFileSync",
  "chmodSync",
  "fchmodSync",
  "fsyncSync",
  "linkSync",
  "mkdirSync",
  "openSync",
  "renameSync",
];
const MORE = ["rmSync", "rmdirSync", "symlinkSync", "utimesSync", "writeSync"];
const ASYNC = ["copyFile", "rm"];

type Functions = Record<string, (...args: unknown[]) => unknown>;

/**
 * Runs a body while the disk takes only so many calls that change it: what stands on it then is what a process leaves that is
 * killed at that point. True when the body came to its end.
 */
export async function withSteps(steps: number, body: () => Promise<unknown>): Promise<boolean> {
  let count = 0;
  const originals: (() => void)[] = [];
  const patch = (functions: Functions, names: readonly string[]): void => {
    for (const name of names) {
      const original = functions[name]!;
      originals.push(() => (functions[name] = original));
      functions[name] = (...args) => {
        if (++count > steps) throw new Error(`the process is dead, ${name}`);
        return original.apply(functions, args);
      };
    }
  };
  patch(fs as unknown as Functions, [...SYNC, ...MORE]);
  patch(fs.promises as unknown as Functions, ASYNC);
  syncBuiltinESMExports();
  try {
    await body();
  } catch (error) {
    if (count <= steps) throw error;
  } finally {
    for (const restore of originals) restore();
    syncBuiltinESMExports();
  }
  return count <= steps;
}
