/** A text as it is compared: one Unicode form, no case, single spaces. */
export function normalText(text: string): string {
  return text.normalize("NFC").toLowerCase().replace(/\s+/gu, " ").trim();
}

const EDGE = /[\p{L}\p{N}]/u;
/** Between two letters these make one word of both: `john.doe`, `2024-05-20`, `a@b`. */
const JOINS = new Set([".", "-", "_", "@", "/", "\\", "+", ":", "%", "=", "&", "#", "'", "’"]);

/** Whether a word may end before `at`: what follows there does not belong to it. */
export function endsAt(text: string, at: number): boolean {
  return isApart(text, at, 1);
}

/** Whether a word may start at `at`: what stands before does not belong to it. */
export function startsAt(text: string, at: number): boolean {
  return isApart(text, at - 1, -1);
}

function isApart(text: string, at: number, step: 1 | -1): boolean {
  const next = text[at];
  if (next === undefined) return true;
  // Half of a pair of surrogates: a letter of another plane, or nothing that separates words.
  if (isSurrogate(next) || EDGE.test(next)) return false;
  const beyond = text[at + step];
  return !JOINS.has(next) || beyond === undefined || (!isSurrogate(beyond) && !EDGE.test(beyond));
}

function isSurrogate(unit: string): boolean {
  return unit >= "\ud800" && unit <= "\udfff";
}
