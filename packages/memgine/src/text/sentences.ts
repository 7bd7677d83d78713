/** Ends of sentences; a point inside a number or an abbreviation of one letter is none. */
const BOUNDARY = /(?<=[.!?…](?:["')\]]*))\s+(?=[\p{Lu}\p{N}"'(\[@#$€£⚠])|\n+/u;
const MOST_SENTENCES = 400;

/** The sentences of a text, trimmed, in order. */
export function sentencesOf(text: string): readonly string[] {
  return text
    .split(BOUNDARY)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "")
    .slice(0, MOST_SENTENCES);
}
