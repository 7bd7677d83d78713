import type { ApprovalAnswer } from "@car/ir/ports";
import { plainText } from "../run/thrown.js";

/** What an approver or a store has answered, read once. Only `true` is a yes; what cannot be read is a no. */
export function readAnswer(answer: unknown): ApprovalAnswer {
  if (typeof answer === "boolean") return { approved: answer };
  try {
    const { approved, by, note } = answer as { readonly [Name in keyof ApprovalAnswer]?: unknown };
    return {
      approved: approved === true,
      ...(typeof by === "string" ? { by: plainText(by) } : {}),
      ...(typeof note === "string" ? { note: plainText(note) } : {}),
    };
  } catch {
    return { approved: false, note: "the answer cannot be read" };
  }
}
