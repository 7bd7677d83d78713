import fs from "node:fs";

const CALLS = [
  "appendFileSync",
  "chmodSync",
  "closeSync",
  "fchmodSync",
  "fsyncSync",
  "linkSync",
  "mkdirSync",
  "openSync",
];
const MORE = ["renameSync", "rmSync", "rmdirSync", "symlinkSync", "unlinkSync", "utimesSync", "writeSync"];
const ASYNC = ["copyFile", "open", "rename", "rm", "unlink", "writeFile"];
const MORE_ASYNC = ["appendFile", "chmod", "link", "mkdir", "rmdir", "symlink"];

/** Lets this process kill itself right before the n-th call that changes the disk, whoever makes it; never for 0. */
export function dieInStep(step: number): void {
  if (step === 0) return;
  let count = 0;
  const patch = (object: object, names: readonly string[]): void => {
    const functions = object as Record<string, (...args: unknown[]) => unknown>;
    for (const name of names) {
      const original = functions[name]!;
      functions[name] = (...args) => {
        if (++count === step) process.kill(process.pid, "SIGKILL");
        return original.apply(object, args);
      };
    }
  };
  patch(fs, [...CALLS, ...MORE]);
  patch(fs.promises, [...ASYNC, ...MORE_ASYNC]);
}
