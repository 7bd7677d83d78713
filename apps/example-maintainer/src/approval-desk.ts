import type { ApprovalAnswer, ApprovalRequest, Approver } from "@car/ir/ports";
import type { Account } from "./account/account.js";
import { wrap } from "./account/wrap.js";

/** Puts a yes-or-no question to a person. */
export type AskPerson = (question: string, signal: AbortSignal) => Promise<boolean>;

/** Where approvals are asked for and remembered. */
export interface ApprovalDesk {
  readonly approver: Approver;
  /** What was asked, in order, with the answer. */
  readonly asked: readonly { readonly request: ApprovalRequest; readonly approved: boolean }[];
}

/** Shows each request in the account. A person answers if there is one to ask; else the story itself says yes. */
export function createApprovalDesk(account: Account, person: AskPerson | undefined): ApprovalDesk {
  const asked: { request: ApprovalRequest; approved: boolean }[] = [];
  const approver: Approver = async (request, { signal }): Promise<ApprovalAnswer> => {
    show(account, request);
    const approved = person === undefined ? true : await person("approve? [y/N] ", signal);
    account.fact(
      "answer",
      `${approved ? "yes" : "no"}, says ${person === undefined ? "the example (--ask lets you answer)" : "you"}`,
    );
    asked.push({ request, approved });
    return { approved, by: person === undefined ? "example" : "person at the terminal" };
  };
  return { approver, asked };
}

function show(account: Account, { action_id, tool, parameters, reasons, reversibility }: ApprovalRequest): void {
  const asks = `? ${action_id} wants to call ${tool} ${JSON.stringify(parameters)}`;
  for (const line of wrap(asks, account.width - 5)) account.line(account.paint.warn(line));
  account.fact("asked by", reasons.map(({ policy_id, message }) => `${policy_id}: ${message}`).join("; "));
  account.fact("can be", reversibility === "irreversible" ? "never undone" : `undone (${reversibility})`);
}
