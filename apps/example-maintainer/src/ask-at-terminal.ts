import { createInterface } from "node:readline/promises";

/** Asks on the terminal; only a clear yes is one. */
export async function askAtTerminal(question: string, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  // While it waits for an answer, the terminal would keep an interrupt to itself.
  terminal.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  try {
    const answer = await terminal.question(`   │ ${question}`, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
