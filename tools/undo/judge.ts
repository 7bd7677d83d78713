import type { Entry } from "./journal.js";

/** What became of the batches of one thing. */
export interface Verdict {
  committed: number;
  /** Did not commit, and left everything as it was. */
  exact: number;
  /** Did not commit, left something, and says so. */
  named: number;
  /** Did not commit, left everything as it was, and says that something may be left. */
  needless: number;
  objections: string[];
}

/** Holds each batch against what was there before it. */
export function judge(entries: readonly Entry[]): Verdict {
  const verdict: Verdict = { committed: 0, exact: 0, named: 0, needless: 0, objections: [] };
  for (const [index, entry] of entries.entries()) {
    const next = entries[index + 1];
    if (entry.status === undefined) object(verdict, entry, "was never brought to an end");
    else if (entry.status === "committed") verdict.committed++;
    else if (entry.after === entry.before) verdict[entry.effects === "none" ? "exact" : "needless"]++;
    else if (entry.effects !== "none") verdict.named++;
    else object(verdict, entry, `left something and does not say so:\n${differenceOf(entry)}`);
    if (next !== undefined && next.before !== entry.after) object(verdict, entry, "was not over when its end was told");
  }
  return verdict;
}

function object(verdict: Verdict, { batch, status, calls }: Entry, text: string): void {
  verdict.objections.push(`batch ${batch} (${status ?? "?"}) ${text}\n${JSON.stringify(calls).slice(0, 2_000)}`);
}

/** The lines that only one of them has. */
export function differenceOf({
  before,
  after = "",
}: {
  readonly before: string;
  readonly after?: string | undefined;
}): string {
  const [was, is] = [before.split("\n"), after.split("\n")];
  const gone = was.filter((line) => !is.includes(line)).map((line) => `- ${line.slice(0, 120)}`);
  const come = is.filter((line) => !was.includes(line)).map((line) => `+ ${line.slice(0, 120)}`);
  return [...gone, ...come].slice(0, 20).join("\n");
}
