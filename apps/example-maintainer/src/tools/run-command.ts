import { defineTool } from "@car/engine";
import { ToolError } from "@car/ir";
import type { Tool } from "@car/ir/ports";
import * as z from "zod";
import type { Workspace } from "../workspace/create-workspace.js";
import { runProgram } from "../workspace/run-program.js";

/**
 * Runs any program in the clone: the kind of tool every agent ends up with, and the reason for policies. Nothing in
 * here holds anything back.
 */
export function runCommand({ clone, env }: Workspace): Tool {
  return defineTool({
    name: "run_command",
    description: "Runs a program with arguments in the repository's folder, without a shell.",
    parameters: z.strictObject({ command: z.string().min(1), args: z.array(z.string()).default([]) }),
    execute: async ({ command, args }, { signal }) => {
      const { code, stdout, stderr } = await runProgram(command, args, { cwd: clone, env, signal });
      if (code !== 0)
        throw new ToolError(`${command} ended with code ${code}: ${stderr.trim()}`, { class: "terminal" });
      return { stdout, stderr };
    },
  });
}
