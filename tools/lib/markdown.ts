/** A fenced block of a Markdown text. */
export interface Fence {
  /** The word after the opening fence: `ts`, `sh`; empty when there is none. */
  readonly language: string;
  readonly code: string;
  /** Line of the first line of code, counted from 1. */
  readonly line: number;
}

/** The fenced blocks of a Markdown text, in its order. A fence inside a longer fence is part of its code. */
export function fencesOf(markdown: string): readonly Fence[] {
  const fences: Fence[] = [];
  let open: { mark: string; language: string; line: number } | undefined;
  const lines = markdown.split("\n");
  for (const [index, text] of lines.entries()) {
    const [, mark, language = ""] = /^ {0,3}(`{3,})\s*(\S*)/.exec(text) ?? [];
    if (mark === undefined) continue;
    if (open === undefined) open = { mark, language, line: index + 2 };
    else if (mark.length >= open.mark.length && language === "") {
      const code = lines.slice(open.line - 1, index).join("\n");
      fences.push({ language: open.language, code, line: open.line });
      open = undefined;
    }
  }
  return fences;
}

const SHELLS = new Set(["sh", "bash", "shell", "console"]);

/** The code of the blocks that hold shell commands. */
export function shellBlocksOf(markdown: string): readonly string[] {
  return fencesOf(markdown)
    .filter(({ language }) => SHELLS.has(language))
    .map(({ code }) => code.trim());
}

/** A link or image of a Markdown text, with its line counted from 1. */
export interface Link {
  readonly target: string;
  readonly line: number;
}

/** The targets of the links outside of code, in the order of the text. */
export function linksOf(markdown: string): readonly Link[] {
  const fenced = new Set(
    fencesOf(markdown).flatMap(({ code, line }) => code.split("\n").map((_, index) => line + index)),
  );
  return markdown.split("\n").flatMap((text, index) => {
    if (fenced.has(index + 1)) return [];
    const prose = text.replace(/`[^`]*`/g, "");
    return [...prose.matchAll(/\]\(([^)\s]+)[^)]*\)/g)].map(([, target = ""]) => ({ target, line: index + 1 }));
  });
}
