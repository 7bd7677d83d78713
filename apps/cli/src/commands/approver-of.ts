import { describeCall, hideSecrets } from "@car/eventlog/explain";
import type { Approver } from "@car/ir/ports";
import type { Output } from "../io/output.js";

/** Who says yes to what the policy wants approved. */
export type ApproveMode = "ask" | "yes" | "no";

/** Told when a question comes to nobody. */
export const NOBODY_ANSWERS =
  "nobody answered, as the input has ended: that is a no; `--approve yes`, or the policy, can say yes";

/** Asks about one call at a time, or answers for the command line; `no` means that there is nobody to ask. */
export function approverOf(mode: ApproveMode, output: Output): Approver | undefined {
  switch (mode) {
    case "no":
      return undefined;
    case "yes":
      return () => ({ approved: true, by: "command line" });
    case "ask":
      return async ({ action_id, tool, parameters, reversibility, reasons }, { signal }) => {
        const call = describeCall({ tool, parameters: hideSecrets(parameters) });
        const lines = [
          "",
          `${action_id} wants to call ${call} (${reversibility})`,
          ...reasons.map(({ policy_id, message }) => `  ${policy_id}: ${message}`),
        ];
        const answer = await output.ask(lines, "approve? [y/N] ", signal);
        if (answer === "nobody" && !signal.aborted) output.aside(NOBODY_ANSWERS);
        return { approved: answer === "yes", by: answer === "nobody" ? "nobody" : "terminal" };
      };
  }
}
