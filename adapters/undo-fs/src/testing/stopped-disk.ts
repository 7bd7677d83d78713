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
  let isDead = false;
  const onStep = (count: number, name: string): void => {
    isDead ||= count > steps;
    if (isDead) throw new Error(`the process is dead, ${name}`);
  };
  try {
    await withWatchedDisk(onStep, body);
  } catch (error) {
    if (!isDead) throw error;
  }
  return !isDead;
}

/** Runs a body while the disk is full for one call, the n-th from 0 that changes it; says whether it came to that. */
export async function withFullDisk(step: number, body: () => Promise<unknown>): Promise<boolean> {
  let wasFull = false;
  await withWatchedDisk((count, name) => {
    if (count !== step + 1) return;
    wasFull = true;
    throw Object.assign(new Error(`ENOSPC: no space left on device, ${name}`), { code: "ENOSPC" });
  }, body);
  return wasFull;
}

/** Tells of each call that changes the disk before it is made, counted from 1; what is thrown then is what the call throws. */
async function withWatchedDisk(
  onStep: (count: number, name: string) => void,
  body: () => Promise<unknown>,
): Promise<void> {
  let count = 0;
  const originals: (() => void)[] = [];
  const patch = (functions: Functions, names: readonly string[], isAsync: boolean): void => {
    for (const name of names) {
      const original = functions[name]!;
      originals.push(() => (functions[name] = original));
      functions[name] = (...args) => {
        try {
          onStep(++count, name);
        } catch (error) {
          if (isAsync) return Promise.reject(error);
          throw error;
        }
        return original.apply(functions, args);
      };
    }
  };
  patch(fs as unknown as Functions, [...SYNC, ...MORE], false);
  patch(fs.promises as unknown as Functions, ASYNC, true);
  syncBuiltinESMExports();
  try {
    await body();
  } finally {
    for (const restore of originals) restore();
    syncBuiltinESMExports();
  }
}
