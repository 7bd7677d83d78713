import { defineTool } from "@car/engine";
import { ToolError } from "@car/ir";
import type { Tool } from "@car/ir/ports";
import * as z from "zod";
import type { Workspace } from "../workspace/create-workspace.js";
import { runProgram } from "../workspace/run-program.js";
import { TESTS_STATUS } from "./state-keys.js";
import { failureSummary, readTap } from "./read-tap.js";

const RUNNING = { reversibility: "reversible", idempotent: true } as const;

/** Node's test runner on the project, as a subprocess. A failing test fails the call, and so the plan. */
export function testTools(workspace: Workspace): readonly Tool[] {
  return [runTests(workspace), runTestFile(workspace), runExample(workspace)];
}

function runTests(workspace: Workspace): Tool {
  return defineTool({
    name: "run_tests",
    description: "Runs the whole test suite. Fails when a test fails, and says which and why.",
    parameters: z.strictObject({}),
    ...RUNNING,
    effects: [{ key: TESTS_STATUS, value: "$output.status" }],
    execute: async (_parameters, { signal }) => testRun(workspace, ["--test", "--test-reporter=tap"], signal),
  });
}

function runTestFile(workspace: Workspace): Tool {
  return defineTool({
    name: "run_test_file",
    description: "Runs one test file, such as test/parse.test.js. Says nothing about the suite as a whole.",
    parameters: z.strictObject({ file: z.string().regex(/^test\/[\w-]+\.test\.js$/) }),
    ...RUNNING,
    execute: async ({ file }, { signal }) => testRun(workspace, ["--test-reporter=tap", file], signal),
  });
}

function runExample(workspace: Workspace): Tool {
  return defineTool({
    name: "run_example",
    description: "Runs one of the examples and returns what it prints. Fails when it does.",
    parameters: z.strictObject({ file: z.string().regex(/^examples\/[\w-]+\.js$/) }),
    ...RUNNING,
    execute: async ({ file }, { signal }) => {
      const { code, stdout, stderr } = await runNode(workspace, [file], signal);
      if (code !== 0) throw new ToolError(`${file} ended with code ${code}: ${stderr.trim()}`, { class: "terminal" });
      return { printed: stdout.trimEnd().split("\n") };
    },
  });
}

async function testRun(workspace: Workspace, args: readonly string[], signal: AbortSignal) {
  const { code, stdout, stderr } = await runNode(workspace, args, signal);
  const { passed, failures } = readTap(stdout);
  if (code !== 0) throw new ToolError(failureSummary({ passed, failures, stderr }), { class: "terminal" });
  return { status: "passed", passed, summary: `${passed} tests passed` };
}

function runNode({ clone, env }: Workspace, args: readonly string[], signal: AbortSignal) {
  return runProgram(process.execPath, args, { cwd: clone, env, signal });
}
