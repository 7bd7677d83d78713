import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** One thing that a check objects to. */
export interface Problem {
  /** Path relative to the repository's root. */
  readonly file: string;
  /** Counted from 1; absent when the problem is about the file as a whole. */
  readonly line?: number;
  readonly message: string;
}

/** `file:line: message`, which editors and terminals turn into a link. */
export function formatProblem({ file, line, message }: Problem): string {
  return `${file}${line === undefined ? "" : `:${line}`}: ${message}`;
}

/** The line, counted from 1, that `offset` of `text` is in. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

/** Prints what a check found and sets the exit code: 1 when there is a problem. */
export function reportProblems(check: string, problems: readonly Problem[]): void {
  for (const problem of problems) console.error(formatProblem(problem));
  console.log(problems.length === 0 ? `${check}: clean` : `${check}: ${problems.length} problems`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

/** True when the module at `moduleUrl` is the script that node was started with, false when it is imported. */
export function isScript(moduleUrl: string): boolean {
  const started = process.argv[1];
  return started !== undefined && realpathSync(started) === fileURLToPath(moduleUrl);
}
