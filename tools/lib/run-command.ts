import { execFile } from "node:child_process";

/** How a command ended. */
export interface Ended {
  /** 0 is success; a command that did not start, was killed or ran out of time has 1 or more. */
  readonly code: number;
  /** What it printed, standard output first. */
  readonly output: string;
}

/** Where a command runs and for how long it may. */
export interface RunOptions {
  readonly cwd: string;
  readonly timeoutMs: number;
}

const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024;

/** Runs a program without a shell and waits for its end. Never rejects: a failure is a code. */
export function runCommand(command: readonly string[], { cwd, timeoutMs }: RunOptions): Promise<Ended> {
  const [file = "", ...args] = command;
  const options = { cwd, timeout: timeoutMs, maxBuffer: OUTPUT_LIMIT_BYTES, encoding: "utf8" } as const;
  return new Promise((resolve) => {
    execFile(file, args, options, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.trim();
      if (error === null) return resolve({ code: 0, output });
      const code = typeof error.code === "number" ? error.code : 1;
      resolve({ code, output: output === "" ? error.message : output });
    });
  });
}

/** `work` on each item, `workers` at a time, results in the order of the items. */
export async function mapLimited<T, R>(
  items: readonly T[],
  workers: number,
  work: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: workers }, worker));
  return results;
}
