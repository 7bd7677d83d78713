import { createInterface } from "node:readline/promises";
import type { Approver } from "@car/ir/ports";
import { exitCodeOf } from "../exit-code.js";
import type { Output } from "../io/output.js";
import { readInput } from "../io/read-input.js";
import { progressLine } from "../show/progress-line.js";
import { showResult } from "../show/show-result.js";
import { type RuntimeFiles, runtimeFromFiles } from "./runtime-from-options.js";

/** What `car run` may be given. */
export interface RunOptions extends RuntimeFiles {
  readonly principal?: string;
  /** `ask` asks on the terminal; `yes` approves everything that the policy wants approved. */
  readonly approve?: "ask" | "yes" | "no";
}

/** Runs a proposal and answers with its status. Ctrl-C cancels the run, which undoes it. */
export async function runCommand(path: string, options: RunOptions, output: Output): Promise<number> {
  const input = await readInput(path);
  const approver = approverOf(options.approve ?? "no", output);
  const runtime = await runtimeFromFiles(options, approver === undefined ? {} : { approver });
  const progress = progressLine(countActions(input), output);
  runtime.subscribe(progress.see);
  const controller = new AbortController();
  const onInterrupt = (): void => controller.abort(new Error("interrupted"));
  process.once("SIGINT", onInterrupt);
  try {
    const { principal } = options;
    const result = await runtime.execute(input, {
      signal: controller.signal,
      ...(principal !== undefined && { principal }),
    });
    progress.stop();
    if (output.json) output.value(result);
    else showResult(result, output);
    return exitCodeOf(result.status);
  } finally {
    process.off("SIGINT", onInterrupt);
    await runtime.close();
    await runtime.eventLog.close();
  }
}

/** For the progress line only; what the proposal really holds is found out when it is parsed. */
function countActions(input: string): number {
  try {
    const { actions } = JSON.parse(input) as { readonly actions?: unknown };
    return Array.isArray(actions) ? actions.length : 0;
  } catch {
    return 0;
  }
}

function approverOf(mode: NonNullable<RunOptions["approve"]>, output: Output): Approver | undefined {
  switch (mode) {
    case "no":
      return undefined;
    case "yes":
      return () => ({ approved: true, by: "command line" });
    case "ask":
      return async ({ action_id, tool, parameters, reversibility, reasons }, { signal }) => {
        output.aside("");
        output.aside(`${action_id} wants to call ${tool} (${reversibility}) with ${JSON.stringify(parameters)}`);
        for (const { policy_id, message } of reasons) output.aside(`  ${policy_id}: ${message}`);
        const terminal = createInterface({ input: process.stdin, output: process.stderr });
        try {
          const answer = await terminal.question("approve? [y/N] ", { signal });
          return { approved: /^y(es)?$/i.test(answer.trim()), by: "terminal" };
        } finally {
          terminal.close();
        }
      };
  }
}
