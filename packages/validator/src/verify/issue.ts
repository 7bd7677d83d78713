import type { Action, Reason } from "@car/ir";
import type { IssueTier, VerifyIssue } from "./verify-report.js";

/** An issue that stops its action. */
export function error(
  action: Pick<Action, "id">,
  { code, message }: Pick<Reason, "code" | "message">,
  tier: IssueTier = "decision_procedure",
): VerifyIssue {
  return { action_id: action.id, severity: "error", code, message, tier };
}

/** Said instead of a guess. */
export function undecided(
  action: Pick<Action, "id">,
  message: string,
  tier: IssueTier = "decision_procedure",
): VerifyIssue {
  return { action_id: action.id, severity: "info", code: "undecided", message, tier };
}

/** An issue of the proposal as a whole. */
export function whole(
  severity: VerifyIssue["severity"],
  { code, message }: Pick<VerifyIssue, "code" | "message">,
): VerifyIssue {
  return { severity, code, message, tier: "decision_procedure" };
}
