import { wellFormed } from "@car/ir/internal";

const MAX_MESSAGE = 2_000;
/** Characters of a longer one that are kept: with the note that it was longer it is not too long itself. */
const KEPT = MAX_MESSAGE - 40;

/** What can be said of something that was thrown: bounded, well formed text. Never throws, whatever it is given. */
export function messageOf(thrown: unknown): string {
  try {
    return plainText(textOf(thrown));
  } catch {
    return "something that cannot be shown was thrown";
  }
}

/** Whether it is an error, of this realm or another one (a frame, `node:vm`), whose `Error` is not this one. */
export function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || Object.prototype.toString.call(thrown) === "[object Error]";
}

/** Text from outside, as a log and a screen can have it. */
export function plainText(text: string): string {
  const clipped = text.length <= MAX_MESSAGE ? text : `${text.slice(0, KEPT)}... (${text.length} characters)`;
  return wellFormed(clipped);
}

function textOf(thrown: unknown): string {
  if (typeof thrown === "string") return thrown;
  if (!isError(thrown)) return `${JSON.stringify(thrown) ?? String(thrown)} was thrown`;
  const message: unknown = thrown.message;
  if (typeof message === "string") return message === "" ? String(thrown.name) : message;
  return `${String(thrown.name)}: ${JSON.stringify(message) ?? String(message)}`;
}
