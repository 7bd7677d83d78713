import type { Runtime, UndoReport } from "@car/engine";
import { type ProposalResult, UndoRefusedError } from "@car/ir";
import type { VerifyReport } from "@car/validator";
import { EXIT, exitCodeOf } from "../exit-code.js";
import { interruptible } from "../io/interruptible.js";
import type { Output } from "../io/output.js";
import { readInput } from "../io/read-input.js";
import type { NamedFiles } from "../setup/settings.js";
import { withRuntime } from "../setup/with-runtime.js";
import { runDisplay } from "../show/run-display.js";
import { showReport } from "../show/show-report.js";
import { showResult } from "../show/show-result.js";
import { showUndo } from "../show/show-undo.js";
import { type ApproveMode, approverOf } from "./approver-of.js";

/** What `car run` may be given. */
export interface RunOptions extends NamedFiles {
  /** `ask` asks; `yes` approves everything that the policy wants approved. */
  readonly approve?: ApproveMode;
  /** False: runs what verification finds wrong as well, as far as it gets. */
  readonly verify?: boolean;
  /** Says afterwards what would undo the run. */
  readonly dryUndo?: boolean;
}

/** Runs a proposal that verification finds right, and answers with its status. A signal cancels the run, which undoes it. */
export async function runCommand(path: string, options: RunOptions, output: Output): Promise<number> {
  const input = await readInput(path);
  const { approve = "no" } = options;
  const approver = approverOf(approve, output);
  return interruptible(output, (signal) =>
    withRuntime(options, { output, ...(approver !== undefined && { approver }) }, async (runtime, principal) => {
      if (options.verify !== false) {
        const report = await runtime.verify(input, principal);
        if (!report.valid) return refuse(report, output);
      }
      const display = runDisplay(output, { showsPlan: approve === "ask" });
      runtime.subscribe(display.see);
      const result = await runtime.execute(input, { signal, ...principal });
      display.stop();
      const undo = options.dryUndo === true ? await dryUndo(runtime, result) : undefined;
      if (output.json) output.value(undo === undefined ? result : { ...result, undo });
      else {
        showResult(result, output);
        if (approver === undefined && wantsApproval(result)) {
          output.aside("an approval was wanted: `--approve ask` lets you answer, `--approve yes` says yes to all");
        }
        if (undo !== undefined) showUndo(undo, output);
      }
      return exitCodeOf(result.status);
    }),
  );
}

function wantsApproval({ results }: ProposalResult): boolean {
  return results.some(({ reason }) => reason?.code === "approval_required");
}

/** As a refusal by the runtime is told, and with everything that was found. */
function refuse(report: VerifyReport, output: Output): number {
  const errors = report.issues.filter(({ severity }) => severity === "error");
  if (output.json) {
    const reasons = errors.map(({ action_id, code, message }) => ({ action_id, code, message }));
    const refused = errors.filter(({ action_id }) => action_id !== undefined);
    const results = refused.map(({ action_id, code, message }) => ({
      action_id,
      status: "rejected",
      reason: { code, message },
    }));
    output.value({ status: "rejected", reasons, results, verification: report });
  } else {
    showReport(report, output);
    output.aside("what verification finds wrong is not run; `--no-verify` leaves the question to the run itself");
  }
  return EXIT.rejected;
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
