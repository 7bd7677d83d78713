import { type ErrorClass, ToolError } from "@car/ir";

/** What SQLite says, by the lowest byte of its code. All of these leave nothing behind once the transaction is rolled back. */
const DEFINITE: Readonly<Record<number, readonly [errorClass: ErrorClass, meaning: string]>> = {
  1: ["invalid", "SQLite refused it"],
  5: ["transient", "another connection has the lock of the database"],
  6: ["transient", "another statement has the lock of a table"],
  8: ["denied", "the database cannot be written"],
  13: ["transient", "the disk is full"],
  18: ["invalid", "a value is too big"],
  19: ["invalid", "a constraint refused it"],
  20: ["invalid", "a value has the wrong type"],
  23: ["denied", "the connection does not allow it"],
  25: ["invalid", "there are too many parameters"],
};

/** A failure of libsql as a tool's failure. What is not in the table leaves open what happened. */
export function failureOf(error: unknown): ToolError {
  if (error instanceof ToolError) return error;
  const { rawCode, message } = error as { readonly rawCode?: unknown; readonly message: string };
  const known = typeof rawCode === "number" ? DEFINITE[rawCode & 0xff] : undefined;
  if (known === undefined) return new ToolError(`the database failed: ${message}`, { class: "terminal", cause: error });
  const [errorClass, meaning] = known;
  return new ToolError(`${meaning}; nothing was done: ${message}`, { class: errorClass, cause: error });
}
