/** Longer messages of a server are cut: they end in results, logs and prompts. In UTF-16 units. */
const MAX_LENGTH = 2_000;

/** What was thrown, as one piece of text of bounded length. */
export function messageOf(error: unknown): string {
  return bounded(error instanceof Error ? error.message : String(error));
}

/** The text, cut where it gets too long to be read. */
export function bounded(text: string): string {
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH)}… (${text.length} characters)`;
}
