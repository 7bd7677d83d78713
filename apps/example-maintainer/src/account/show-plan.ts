import type { ActionProposal } from "@car/ir";
import type { VerifyIssue } from "@car/validator";
import type { Account } from "./account.js";
import { toolOf } from "./show-run.js";
import { wrap } from "./wrap.js";

/** A plan in one line: its actions with their tools. */
export function showPlan(account: Account, plan: ActionProposal): void {
  account.fact("plan", plan.actions.map((action) => `${action.id} (${toolOf(action)})`).join(", "));
}

/** What verification found, worst first as it comes. */
export function showIssues(account: Account, issues: readonly VerifyIssue[]): void {
  for (const { severity, action_id: id, message } of issues) {
    const mark = severity === "error" ? account.paint.bad("✗") : account.paint.warn("!");
    wrap(`${id ?? "plan"}: ${message}`, account.width - 7).forEach((line, index) => {
      account.line(`${index === 0 ? mark : " "} ${line}`);
    });
  }
}
