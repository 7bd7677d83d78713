import { lineAt } from "./report.js";

/** One numbered rule of a SPEC.md. */
export interface Rule {
  /** `ST-3` in a package's SPEC.md, `3.3` in the contract at the root. */
  readonly id: string;
  readonly line: number;
  /** Numbers of the contract that the rule says it comes from: `**ST-3** (3.1, 5.2) ...`. */
  readonly sources: readonly string[];
  /** True when the rule, or the heading above it, carries the mark `(not yet built)`. */
  readonly isPlanned: boolean;
}

/** The first line of a rule, with its list mark if any, its id in bold, and its sources or mark in parentheses. */
const RULE = /^[ \t]*(?:[-*] )?\*\*([A-Z]{2,6}-\d+|\d+\.\d+)\*\*(?: \(([^)]*)\))?/;
const HEADING = /^#+ (.*)$/;
const PLANNED = "(not yet built)";

/** The rules of a SPEC.md, in its order. */
export function rulesOf(markdown: string): readonly Rule[] {
  const rules: Rule[] = [];
  let isSectionPlanned = false;
  for (const [index, line] of markdown.split("\n").entries()) {
    const heading = HEADING.exec(line)?.[1];
    if (heading !== undefined) isSectionPlanned = heading.includes(PLANNED);
    const [, id, note = ""] = RULE.exec(line) ?? [];
    if (id === undefined) continue;
    const sources = note.split(/, ?/).filter((part) => /^\d+(\.\d+)?$/.test(part));
    rules.push({ id, line: index + 1, sources, isPlanned: isSectionPlanned || `(${note})` === PLANNED });
  }
  return rules;
}

/** The numbers of a SPEC.md's sections: `## 3. Order` is `3`. */
export function sectionsOf(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^## (\d+)\. /gm)].map(([, number = ""]) => number);
}

/** One mention of a rule in the name of a test. */
export interface Citation {
  readonly id: string;
  readonly line: number;
}

/** A string literal that starts with rule ids in brackets: the name of a test. */
const TEST_NAME = /["'`]((?:\[(?:[A-Z]{2,6}-\d+|\d+\.\d+)\] )+)/g;

/** The rules that the test names in a source text cite: `[ST-3] [5.1] ...` cites two. */
export function citationsOf(source: string): readonly Citation[] {
  return [...source.matchAll(TEST_NAME)].flatMap((name) => {
    const line = lineAt(source, name.index);
    return [...(name[1] ?? "").matchAll(/\[([^\]]+)\]/g)].map(([, id = ""]) => ({ id, line }));
  });
}
