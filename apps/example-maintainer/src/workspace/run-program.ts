import { execFile } from "node:child_process";
import { ToolError } from "@car/ir";

/** What a program did. A code other than 0 is an answer, not an error. */
export interface ProgramResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where and how a program runs. */
export interface RunOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Longer programs are killed. */
const TIMEOUT_MS = 30_000;
/** Programs that write more to one stream are killed. */
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;

/**
 * Runs a program without a shell and waits for its end; the signal kills it.
 * @throws `ToolError` when it cannot be started (`not_found`), was killed for its time (`timeout`) or by the signal
 * (`canceled`), or wrote too much (`terminal`).
 */
export function runProgram(file: string, args: readonly string[], options: RunOptions): Promise<ProgramResult> {
  const { cwd, env, signal } = options;
  const limits = { timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES, ...(signal === undefined ? {} : { signal }) };
  return new Promise((resolve, reject) => {
    execFile(file, args, { cwd, env: { ...env }, encoding: "utf8", ...limits }, (error, stdout, stderr) => {
      if (error === null) resolve({ code: 0, stdout, stderr });
      else if (typeof error.code === "number") resolve({ code: error.code, stdout, stderr });
      else reject(failureOf(file, error, signal));
    });
  });
}

function failureOf(file: string, error: Error & { code?: unknown; killed?: boolean }, signal?: AbortSignal): ToolError {
  if (signal?.aborted === true) return new ToolError(`\`${file}\` was canceled`, { class: "canceled", cause: error });
  if (error.code === "ENOENT") {
    return new ToolError(`\`${file}\` is not installed`, { class: "not_found", cause: error });
  }
  if (error.killed === true && error.code !== "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") {
    return new ToolError(`\`${file}\` took longer than ${TIMEOUT_MS} ms`, { class: "timeout", cause: error });
  }
  return new ToolError(`\`${file}\`: ${error.message}`, { class: "terminal", cause: error });
}
