import type { Runtime, UndoReport } from "@car/engine";
import { type ProposalResult, UndoRefusedError } from "@car/ir";
import type { Approver } from "@car/ir/ports";
import { exitCodeOf } from "../exit-code.js";
import { askYes } from "../io/ask-yes.js";
import type { Output } from "../io/output.js";
import { readInput } from "../io/read-input.js";
import { progressLine } from "../show/progress-line.js";
import { showResult } from "../show/show-result.js";
import { showUndo } from "../show/show-undo.js";
import { type RuntimeFiles, runtimeFromFiles } from "./runtime-from-options.js";

/** What `car run` may be given. */
export interface RunOptions extends RuntimeFiles {
  readonly principal?: string;
  /** `ask` asks on the terminal; `yes` approves everything that the policy wants approved. */
  readonly approve?: "ask" | "yes" | "no";
  /** Says afterwards what would undo the run. */
  readonly dryUndo?: boolean;
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
    const undo = options.dryUndo === true ? await dryUndo(runtime, result) : undefined;
    if (output.json) output.value(undo === undefined ? result : { ...result, undo });
    else {
      showResult(result, output);
      if (undo !== undefined) showUndo(undo, output);
    }
    return exitCodeOf(result.status);
  } finally {
    process.off("SIGINT", onInterrupt);
    await runtime.close();
    await runtime.eventLog.close();
  }
}

/** What would undo a committed run, from its log. */
async function dryUndo(
  runtime: Pick<Runtime, "undo">,
  { run_id, status }: ProposalResult,
): Promise<UndoReport | undefined> {
  if (status !== "committed") return undefined;
  try {
    return await runtime.undo(run_id, { dry: true });
  } catch (error) {
    // It has left nothing.
    if (error instanceof UndoRefusedError) return { run_id, steps: [], external_effects: "none" };
    throw error;
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
        return { approved: await askYes("approve? [y/N] ", signal), by: "terminal" };
      };
  }
}
