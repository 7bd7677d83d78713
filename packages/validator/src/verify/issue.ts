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

/** What would be the reason of a refusal, as issues: one for each problem that it has. */
export function refusals({ code, message, action_id, problems }: Reason): readonly VerifyIssue[] {
  const texts = problems?.map(({ path, message: text }) => `${path}: ${text}`) ?? [message];
  const about = action_id === undefined ? {} : { action_id };
  return texts.map((text) => ({ ...about, ...whole("error", { code, message: text }) }));
}
