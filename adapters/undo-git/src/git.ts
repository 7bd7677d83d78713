import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { type ErrorClass, ToolError } from "@car/ir";

/** How one git program is run. */
export interface RunOptions {
  readonly stdin?: string | Uint8Array;
  /** Beside the environment that every run has. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Class of the failure when it ends with another code than 0. Default `invalid`: nothing was done. */
  readonly failure?: ErrorClass;
}

/** What a program that has ended said. */
export interface Ended {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** The git program, bound to one folder. No shell is involved. */
export interface Git {
  /** @throws `ToolError` only when it could not run to its end. */
  attempt(args: readonly string[], options?: RunOptions): Promise<Ended>;
  /** What it writes, as text. @throws `ToolError` with git's own words when it fails. */
  run(args: readonly string[], options?: RunOptions): Promise<string>;
  /** The running program, for what is said to it step by step. */
  start(args: readonly string[], options?: RunOptions): ChildProcessWithoutNullStreams;
}

export interface GitOptions {
  readonly program: string;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Longest run, in milliseconds. */
  readonly timeoutMs: number;
}

/** Larger answers end the program: nothing here needs them in memory. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const MAX_STDERR_CHARACTERS = 2_000;
const KILL_AFTER_MS = 2_000;

export function gitIn(options: GitOptions): Git {
  const start: Git["start"] = (args, { env } = {}) =>
    spawn(options.program, [...args], { cwd: options.folder, env: { ...options.env, ...env }, stdio: "pipe" });
  const attempt: Git["attempt"] = (args, run = {}) => ended(start(args, run), args, { ...run, ...options });
  return {
    start,
    attempt,
    run: async (args, run = {}) => {
      const { code, stdout, stderr } = await attempt(args, run);
      if (code === 0) return stdout.toString("utf8");
      throw new ToolError(failureText(args, code, stderr), { class: run.failure ?? "invalid" });
    },
  };
}

/** What the host gives, or this process has without what would point git somewhere else. */
export function gitEnvironment(given: GitOptions["env"] | undefined, ceiling: string): Record<string, string> {
  return {
    ...(given ?? withoutGit(process.env)),
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    GIT_OPTIONAL_LOCKS: "0",
    // A folder that is no repository is not taken for a part of one further up.
    GIT_CEILING_DIRECTORIES: ceiling,
  };
}

function withoutGit(env: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^GIT_/i.test(entry[0]),
  );
  return Object.fromEntries(kept);
}

export function failureText(args: readonly string[], code: number, stderr: string): string {
  const name = args.find((arg) => !arg.startsWith("-")) ?? "git";
  const said = stderr.trim();
  return `git ${name}: ${said === "" ? `ended with code ${code}` : said}`;
}

/** Waits for the end, and hastens it when the signal or the time says so. */
function ended(
  child: ChildProcessWithoutNullStreams,
  args: readonly string[],
  { stdin, signal, program, timeoutMs }: RunOptions & GitOptions,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const stdout: Buffer[] = [];
    let bytes = 0;
    let stderr = "";
    let stopped: ToolError | undefined;
    const stop = (message: string, errorClass: ErrorClass): void => {
      stopped ??= new ToolError(`${failureText(args, 0, message)}`, { class: errorClass });
      endSoon(child);
    };
    const onAbort = (): void => stop("canceled", "canceled");
    const timer = setTimeout(() => stop(`no end within ${timeoutMs} ms`, "timeout"), timeoutMs);
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted === true) onAbort();

    child.stdout.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MAX_OUTPUT_BYTES) stop(`says more than ${MAX_OUTPUT_BYTES} bytes`, "terminal");
      else stdout.push(chunk);
    });
    child.stderr.on(
      "data",
      (chunk: Buffer) => (stderr = (stderr + chunk.toString("utf8")).slice(0, MAX_STDERR_CHARACTERS)),
    );
    // It may end before it has read everything; its code says what came of that.
    child.stdin.on("error", () => undefined);
    child.stdin.end(stdin);
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
    child.on("error", (error) => {
      done();
      reject(new ToolError(`\`${program}\` cannot be run: ${error.message}`, { class: "invalid", cause: error }));
    });
    child.on("close", (code, killedBy) => {
      done();
      if (stopped !== undefined) reject(stopped);
      else if (code === null) reject(new ToolError(failureText(args, 0, `ended by ${killedBy ?? "a signal"}`)));
      else resolve({ code, stdout: Buffer.concat(stdout), stderr });
    });
  });
}

/** Asked first: git then removes its lock files. */
export function endSoon(child: ChildProcessWithoutNullStreams): void {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS);
  timer.unref();
  child.once("close", () => clearTimeout(timer));
}
