import { ToolError } from "@car/ir";
import { type ProgramResult, runProgram } from "./run-program.js";

/** Runs git in one folder. Resolves with what it wrote, trimmed at the end; a failure rejects with git's words. */
export type Git = (args: readonly string[]) => Promise<string>;

/** Git for one folder. */
export function gitIn(cwd: string, env: Readonly<Record<string, string>>): Git {
  return async (args) => {
    const result = await runProgram("git", args, { cwd, env });
    if (result.code !== 0) throw new ToolError(failureText(args, result), { class: "terminal" });
    return result.stdout.trimEnd();
  };
}

function failureText([command = ""]: readonly string[], { stderr, stdout, code }: ProgramResult): string {
  const said = stderr.trim() || stdout.trim() || `exit code ${code}`;
  return `git ${command}: ${said}`;
}
