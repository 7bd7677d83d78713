import type { ActionExplanation } from "@car/eventlog";
import type { Account } from "./account.js";
import { clip } from "./wrap.js";

/** How an action ended and what it goes back to, then its events with their numbers in the log. */
export function showExplanation(account: Account, question: string, explanation: ActionExplanation): void {
  const { paint, width } = account;
  account.line(`${paint.accent(question)} ${endOf(explanation)}`);
  for (const { seq, text } of explanation.timeline) {
    account.line(`${paint.dim(`#${seq}`.padEnd(6))}${clip(text, width - 5 - 6)}`);
  }
}

function endOf({ outcome, rolled_back: undone, compensated, causes, run }: ActionExplanation): string {
  const what = [undone ? "rolled back" : outcome, ...(compensated === true ? ["compensated"] : [])].join(" and ");
  const why = causes.map(({ action_id: id, outcome: ended }) => `\`${id}\` ${ended}`).join(", as ");
  return `${what}; ${why === "" ? `the run ${run.status ?? "did not end"}` : `because ${why}`}`;
}
