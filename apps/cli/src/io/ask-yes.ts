import { createInterface } from "node:readline/promises";

/** Asks a person at the terminal. Anything but a yes is a no. */
export async function askYes(question: string, signal?: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(question, signal === undefined ? {} : { signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
